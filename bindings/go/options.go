//go:build cgo

package flagbit

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"unicode/utf8"
)

// Option says how a client is opened. Exactly one source is needed: [WithSnapshot], [WithFile] or [WithValues].
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
