// Package checks contains only tests.
package checks
