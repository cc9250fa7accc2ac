//go:build cgo

package flagbit

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
)

func (c *core) log() *slog.Logger {
	if c.logger != nil {
		return c.logger
	}
	return slog.Default()
}

// Passes the library's log lines to the logger.
func (c *core) drainLog() {
	lines := takeLog(c.handle)
	runtime.KeepAlive(c)
	if len(lines) == 0 {
		return
	}
	// Handlers belong to the user: their panics must not come out of an evaluation.
	defer func() { _ = recover() }()
	for _, line := range lines {
		level, message, _ := strings.Cut(line, ": ")
		if level == "warning" {
			c.log().LogAttrs(context.Background(), slog.LevelWarn, "flagbit: "+message)
		} else {
			c.log().LogAttrs(context.Background(), slog.LevelInfo, "flagbit: "+message)
		}
	}
}
