// Package checks has tests alone.
package checks
