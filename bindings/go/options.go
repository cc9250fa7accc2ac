//go:build cgo

package flagbit

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"
)

// Option says how a client is opened. Exactly one source is needed: [WithURL], [WithSnapshot], [WithFile] or
// [WithValues].
type Option func(*config)

type config struct {
	settings []setting
	logger   *slog.Logger
	// Whether the source is followed in the background, so that there may be something to log at any time.
	background bool
	err        error
}

func (c *config) text(option option, text string) {
	c.settings = append(c.settings, setting{option: option, text: &text})
}

func (c *config) integer(option option, number int64) {
	c.settings = append(c.settings, setting{option: option, number: number})
}

// A duration is rounded up to the library's milliseconds.
func (c *config) duration(option option, duration time.Duration) {
	milliseconds := duration / time.Millisecond
	if duration > milliseconds*time.Millisecond {
		milliseconds++
	}
	c.integer(option, int64(milliseconds))
}

// WithURL is the source of a FlagBit server, which is asked in the background: its base URL. It needs [WithServerKey], or
// [WithAPIKey] and [WithProjectID] for the hosted service. What the library says of the server is logged as it happens.
func WithURL(url string) Option {
	return func(c *config) {
		c.text(optionURL, url)
		c.background = true
	}
}

// WithServerKey is the key for a server, fbsrv_..., which knows its project and environment.
func WithServerKey(key string) Option {
	return func(c *config) { c.text(optionServerKey, key) }
}

// WithAPIKey is a key of the hosted service, fb_.... It may do everything in its account: keep it where nobody else reads it.
func WithAPIKey(key string) Option {
	return func(c *config) { c.text(optionAPIKey, key) }
}

// WithProjectID is the project of an API key.
func WithProjectID(id int64) Option {
	return func(c *config) { c.integer(optionProjectID, id) }
}

// WithPollInterval is how often the server is asked, give or take a tenth; 30 s unless set, 1 s at least, 60 s with an API key.
func WithPollInterval(interval time.Duration) Option {
	return func(c *config) { c.duration(optionPollIntervalMs, interval) }
}

// WithStream has the server tell of changes at once, over a connection that stays open. Where that fails, the client polls.
func WithStream() Option {
	return func(c *config) { c.integer(optionStream, 1) }
}

// WithBootstrap is the text of a snapshot that serves until there is a better one.
func WithBootstrap(snapshot string) Option {
	return func(c *config) { c.text(optionBootstrap, snapshot) }
}

// WithCachePath is a file that keeps the last good snapshot, for a start without the server. Processes may share it.
func WithCachePath(path string) Option {
	return func(c *config) { c.text(optionCachePath, path) }
}

// WithConnectTimeout is how long resolving the server's name, and then connecting, may take each; 5 s unless set.
func WithConnectTimeout(timeout time.Duration) Option {
	return func(c *config) { c.duration(optionConnectTimeoutMs, timeout) }
}

// WithTimeout is how long a request may take as a whole; 30 s unless set.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) { c.duration(optionTimeoutMs, timeout) }
}

// WithStaleAfter is how long after the last contact with the server the state is [StateStale]; 3 intervals unless set.
func WithStaleAfter(age time.Duration) Option {
	return func(c *config) { c.duration(optionStaleAfterMs, age) }
}

// WithCAFile is a PEM file with the authorities to trust, in the place of those compiled in.
func WithCAFile(path string) Option {
	return func(c *config) { c.text(optionCAFile, path) }
}

// WithSystemRoots trusts the authorities that the operating system trusts, in the place of those compiled in.
func WithSystemRoots() Option {
	return func(c *config) { c.integer(optionSystemRoots, 1) }
}

// WithProxy is the URL of a proxy, http://, https:// or socks5h://; that of the environment unless set.
func WithProxy(url string) Option {
	return func(c *config) { c.text(optionProxy, url) }
}

// WithHeader is one more header of each request.
func WithHeader(name, value string) Option {
	return func(c *config) { c.text(optionHeader, name+": "+value) }
}

// WithSnapshot is the source of a snapshot in memory: its JSON text. [Client.LoadSnapshot] replaces it.
func WithSnapshot(snapshot string) Option {
	return func(c *config) { c.text(optionSnapshot, snapshot) }
}

// WithFile is the source of a snapshot in a file. It is read once, and by [Client.Refresh]; see [WithWatch].
func WithFile(path string) Option {
	return func(c *config) { c.text(optionFile, path) }
}

// WithWatch looks at the file each second and follows its changes. The file may be missing at first, and what is wrong with
// it is no error of [Open]: see [Client.Status].
func WithWatch() Option {
	return func(c *config) {
		c.integer(optionWatch, 1)
		c.background = true
	}
}

// WithValues is the source of flags that answer everybody alike, for tests: see [Client.Override], and [ForTesting].
func WithValues(values map[string]any) Option {
	return func(c *config) {
		text, err := valuesJSON(values)
		if err != nil && c.err == nil {
			c.err = err
		}
		c.text(optionValues, text)
	}
}

// WithMaxSnapshotBytes limits the text of a snapshot; 32 MiB unless set.
func WithMaxSnapshotBytes(bytes int64) Option {
	return func(c *config) { c.integer(optionMaxSnapshotBytes, bytes) }
}

// WithLogger has the client log there instead of to [slog.Default].
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) { c.logger = logger }
}

// The JSON of flags that answer everybody alike.
func valuesJSON(values map[string]any) (string, error) {
	if values == nil {
		return "{}", nil
	}
	for key := range values {
		if !utf8.ValidString(key) { // The encoder would make another key of it.
			return "", &Error{kind: ErrSnapshot, Message: fmt.Sprintf("the key %+q is no UTF-8", key)}
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		return "", &Error{kind: ErrSnapshot, Message: "the values cannot be written as JSON: " + err.Error()}
	}
	return string(text), nil
}
