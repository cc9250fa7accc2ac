// Package kit starts the servers of the tests with the test kit in the repository's folder tests/kit.
package kit

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A server in its own process, which ends with the test.
type server struct {
	t      testing.TB
	lock   sync.Mutex
	input  io.WriteCloser
	output *bufio.Reader
	number int
	URL    string
}

// The settings of a command.
type settings map[string]any

func (s *server) start(t testing.TB, kind string, with settings) {
	t.Helper()
	s.t = t
	process := exec.Command("python3", filepath.Join(repository(t), "tests/kit/kit.py"))
	process.Stderr = os.Stderr
	input, err := process.StdinPipe()
	s.must(err)
	output, err := process.StdoutPipe()
	s.must(err)
	s.input, s.output = input, bufio.NewReader(output)
	s.must(process.Start())
	t.Cleanup(func() {
		_ = input.Close()
		_ = process.Wait()
	})
	var facts struct {
		Number int
		URL    string
	}
	s.do(kind, with, &facts)
	s.number, s.URL = facts.Number, facts.URL
}

// Sends a command, and reads its answer into `into`.
func (s *server) do(command string, with settings, into any) {
	s.t.Helper()
	s.lock.Lock()
	defer s.lock.Unlock()
	message := settings{"do": command}
	if s.number != 0 {
		message["on"] = s.number
	}
	for name, value := range with {
		message[name] = value
	}
	s.must(json.NewEncoder(s.input).Encode(message))
	line, err := s.output.ReadBytes('\n')
	s.must(err)
	var answer struct {
		OK    json.RawMessage
		Error string
	}
	s.must(json.Unmarshal(line, &answer))
	if answer.Error != "" {
		s.t.Fatalf("the kit's command %s: %s", command, answer.Error)
	}
	if into != nil {
		s.must(json.Unmarshal(answer.OK, into))
	}
}

func (s *server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("the kit: %v", err)
	}
}

func repository(t testing.TB) string {
	folder, err := os.Getwd()
	for err == nil && folder != "/" {
		if _, err := os.Stat(filepath.Join(folder, "tests/kit/kit.py")); err == nil {
			return folder
		}
		folder = filepath.Dir(folder)
	}
	t.Fatalf("no folder above this one has tests/kit/kit.py")
	return ""
}

// Stub is a server that answers as it is told and remembers its requests.
type Stub struct{ server }

// Request is a request as it arrived, with the status of its answer.
type Request struct {
	Path    string
	Headers map[string]string // The names are in lower case.
	Status  int
}

// NewStub starts a stub that serves a snapshot.
func NewStub(t testing.TB, snapshot string) *Stub {
	t.Helper()
	return newStub(t, snapshot, nil)
}

// NewTLSStub starts a stub with a certificate and its key, which are PEM files.
func NewTLSStub(t testing.TB, snapshot, certificate, key string) *Stub {
	t.Helper()
	return newStub(t, snapshot, settings{"certificate": certificate, "key": key})
}

func newStub(t testing.TB, snapshot string, with settings) *Stub {
	t.Helper()
	s := new(Stub)
	s.start(t, "stub", with)
	s.Put(snapshot)
	return s
}

// Put serves another snapshot.
func (s *Stub) Put(snapshot string) { s.do("snapshot", settings{"text": snapshot}, nil) }

// Tell sets the status of all answers; 200 means normal answers, and 0 means none at all.
func (s *Stub) Tell(status int) { s.do("status", settings{"status": status}, nil) }

// Cut cuts all connections.
func (s *Stub) Cut() { s.do("cut", nil, nil) }

// Requests returns the requests so far.
func (s *Stub) Requests() (all []Request) {
	s.do("requests", nil, &all)
	return all
}

// Asked waits for a request whose path begins with `path`.
func (s *Stub) Asked(path string) {
	s.t.Helper()
	for begin := time.Now(); time.Since(begin) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
		for _, request := range s.Requests() {
			if strings.HasPrefix(request.Path, path) {
				return
			}
		}
	}
	s.t.Fatalf("no request for %q came", path)
}

// Server is the real server, with an account and a project. FLAGBIT_SERVER names its binary.
type Server struct {
	server
	ServerKey string
}

// NewServer starts the real server and signs up.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s := new(Server)
	s.start(t, "server", nil)
	var account struct {
		ServerKey string `json:"server_key"`
	}
	s.do("sign_up", nil, &account)
	s.ServerKey = account.ServerKey
	return s
}

// Start starts the server again, on the same port and database.
func (s *Server) Start() { s.do("start", nil, nil) }

// Kill ends the server at once.
func (s *Server) Kill() { s.do("kill", nil, nil) }

// Create creates a flag.
func (s *Server) Create(flag map[string]any) { s.do("create", settings{"flag": flag}, nil) }

// Change changes some fields of a flag.
func (s *Server) Change(key string, fields map[string]any) {
	s.do("change", settings{"key": key, "fields": fields}, nil)
}

// Revoke revokes the project's server key.
func (s *Server) Revoke() { s.do("revoke", nil, nil) }
