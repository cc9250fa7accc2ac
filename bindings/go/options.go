//go:build cgo

package flagbit

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"
)

// Option is an option of [Open]. Exactly one source is needed: [WithURL], [WithSnapshot], [WithFile] or
// [WithValues].
type Option func(*config)

type config struct {
	settings []setting
	logger   *slog.Logger
	// True if the client follows its source in the background, so that there may be log lines at any time.
	background bool
	err        error
}

func (c *config) text(option option, text string) {
	c.settings = append(c.settings, setting{option: option, text: &text})
}

func (c *config) integer(option option, number int64) {
	c.settings = append(c.settings, setting{option: option, number: number})
}

// Rounds a duration up to the library's milliseconds.
func (c *config) duration(option option, duration time.Duration) {
	milliseconds := duration / time.Millisecond
	if duration > milliseconds*time.Millisecond {
		milliseconds++
	}
	c.integer(option, int64(milliseconds))
}

// WithURL selects a FlagBit server as the source, by its base URL. The client asks it in the background. It needs
// [WithServerKey], or [WithAPIKey] and [WithProjectID] for the hosted service. The client logs what the library reports at once.
func WithURL(url string) Option {
	return func(c *config) {
		c.text(optionURL, url)
		c.background = true
	}
}

// WithServerKey sets the key for a server, fbsrv_.... It belongs to one project and environment.
func WithServerKey(key string) Option {
	return func(c *config) { c.text(optionServerKey, key) }
}

// WithAPIKey sets a key of the hosted service, fb_.... It may do everything in its account, so keep it secret.
func WithAPIKey(key string) Option {
	return func(c *config) { c.text(optionAPIKey, key) }
}

// WithProjectID sets the project for an API key.
func WithProjectID(id int64) Option {
	return func(c *config) { c.integer(optionProjectID, id) }
}

// WithPollInterval sets how often the client asks the server, give or take a tenth; 30 s by default, at least 1 s, 60 s with an
// API key.
func WithPollInterval(interval time.Duration) Option {
	return func(c *config) { c.duration(optionPollIntervalMs, interval) }
}

// WithStream lets the server announce changes at once, over a connection that stays open. If that fails, the client polls.
func WithStream() Option {
	return func(c *config) { c.integer(optionStream, 1) }
}

// WithBootstrap sets the text of a snapshot that serves until there is a better one.
func WithBootstrap(snapshot string) Option {
	return func(c *config) { c.text(optionBootstrap, snapshot) }
}

// WithCachePath names a file that keeps the last good snapshot, for a start without the server. Processes may share it.
func WithCachePath(path string) Option {
	return func(c *config) { c.text(optionCachePath, path) }
}

// WithConnectTimeout limits resolving the server's name, and connecting; 5 s by default.
func WithConnectTimeout(timeout time.Duration) Option {
	return func(c *config) { c.duration(optionConnectTimeoutMs, timeout) }
}

// WithTimeout limits a whole request; 30 s by default.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) { c.duration(optionTimeoutMs, timeout) }
}

// WithStaleAfter sets how long after the last contact with the server the state becomes [StateStale]; 3 intervals by default.
func WithStaleAfter(age time.Duration) Option {
	return func(c *config) { c.duration(optionStaleAfterMs, age) }
}

// WithCAFile names a PEM file with the authorities to trust instead of those compiled in.
func WithCAFile(path string) Option {
	return func(c *config) { c.text(optionCAFile, path) }
}

// WithSystemRoots trusts the operating system's authorities instead of those compiled in.
func WithSystemRoots() Option {
	return func(c *config) { c.integer(optionSystemRoots, 1) }
}

// WithProxy sets the URL of a proxy, http://, https:// or socks5h://; by default the one of the environment.
func WithProxy(url string) Option {
	return func(c *config) { c.text(optionProxy, url) }
}

// WithHeader adds a header to each request.
func WithHeader(name, value string) Option {
	return func(c *config) { c.text(optionHeader, name+": "+value) }
}

// WithSnapshot selects a snapshot in memory as the source: its JSON text. [Client.LoadSnapshot] replaces it.
func WithSnapshot(snapshot string) Option {
	return func(c *config) { c.text(optionSnapshot, snapshot) }
}

// WithFile selects a file with a snapshot as the source. The client reads it once, and at [Client.Refresh]; see [WithWatch].
func WithFile(path string) Option {
	return func(c *config) { c.text(optionFile, path) }
}

// WithWatch checks the file each second and follows its changes. The file may be missing at first. Its faults are no errors of
// [Open]: see [Client.Status].
func WithWatch() Option {
	return func(c *config) {
		c.integer(optionWatch, 1)
		c.background = true
	}
}

// WithValues selects flags with fixed answers as the source, for tests: see [Client.Override], and [ForTesting].
func WithValues(values map[string]any) Option {
	return func(c *config) {
		text, err := valuesJSON(values)
		if err != nil && c.err == nil {
			c.err = err
		}
		c.text(optionValues, text)
	}
}

// WithMaxSnapshotBytes sets the largest snapshot that the client accepts; 32 MiB by default.
func WithMaxSnapshotBytes(bytes int64) Option {
	return func(c *config) { c.integer(optionMaxSnapshotBytes, bytes) }
}

// WithLogger sets the client's logger; [slog.Default] by default.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) { c.logger = logger }
}

// Returns the JSON of flags that give everybody the same answer.
func valuesJSON(values map[string]any) (string, error) {
	if values == nil {
		return "{}", nil
	}
	for key := range values {
		if !utf8.ValidString(key) { // The encoder would change the key.
			return "", &Error{kind: ErrSnapshot, Message: fmt.Sprintf("the key %+q is no UTF-8", key)}
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		return "", &Error{kind: ErrSnapshot, Message: "the values cannot be written as JSON: " + err.Error()}
	}
	return string(text), nil
}
