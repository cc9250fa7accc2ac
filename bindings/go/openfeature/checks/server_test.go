package checks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

const patience = 30 * time.Second

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func equal[T comparable](t testing.TB, what string, found, expected T) {
	t.Helper()
	if found != expected {
		t.Errorf("%s: %v, expected %v", what, found, expected)
	}
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not in %v: %s", patience, what)
}

// The real server, on a port and a database that it keeps when it is started again.
type server struct {
	t       *testing.T
	binary  string
	folder  string
	address string
	url     string
	process *exec.Cmd

	apiKey, serverKey string
	project           int
}

func newServer(t *testing.T) *server {
	t.Helper()
	binary := os.Getenv("FLAGBIT_SERVER")
	if binary == "" {
		t.Fatal("FLAGBIT_SERVER must name the server's binary: scripts/test/go.sh builds it")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	address := free.Addr().String()
	must(free.Close())
	s := &server{t: t, binary: binary, folder: t.TempDir(), address: address, url: "http://" + address}
	t.Cleanup(s.stop)
	s.start()
	var account struct {
		APIKey    string `json:"api_key"`
		ServerKey string `json:"server_key"`
		Project   struct{ ID int }
	}
	s.ask("POST", "/signup", map[string]any{"email": "dev@shop.example"}, &account)
	s.apiKey, s.serverKey, s.project = account.APIKey, account.ServerKey, account.Project.ID
	return s
}

func (s *server) start() {
	s.t.Helper()
	log, err := os.OpenFile(filepath.Join(s.folder, "server.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	must(err)
	defer log.Close()
	s.process = exec.Command(s.binary, "serve", "--listen", s.address, "--metrics-listen", "off",
		"--database", "sqlite://"+s.folder+"/flagbit.db")
	s.process.Stdout, s.process.Stderr = log, log
	s.process.Env = []string{"PATH=" + os.Getenv("PATH")}
	must(s.process.Start())
	eventually(s.t, "the server is ready", func() bool {
		answer, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == 200
	})
}

func (s *server) stop() {
	if s.process != nil {
		_ = s.process.Process.Signal(syscall.SIGKILL)
		_ = s.process.Wait()
		s.process = nil
	}
}

// One call of the API.
func (s *server) ask(method, path string, body, into any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	must(err)
	request, err := http.NewRequest(method, s.url+"/api/v1"+path, bytes.NewReader(text))
	must(err)
	request.Header.Set("Content-Type", "application/json")
	if s.apiKey != "" {
		request.Header.Set("Authorization", "Bearer "+s.apiKey)
	}
	answer, err := http.DefaultClient.Do(request)
	must(err)
	defer answer.Body.Close()
	found, err := io.ReadAll(answer.Body)
	must(err)
	if answer.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, found)
	}
	if into != nil {
		must(json.Unmarshal(found, into))
	}
}

func (s *server) create(flag map[string]any) {
	s.t.Helper()
	s.ask("POST", fmt.Sprintf("/projects/%d/flags", s.project), flag, nil)
}

func (s *server) change(key string, fields map[string]any) {
	s.t.Helper()
	s.ask("PATCH", fmt.Sprintf("/projects/%d/flags/%s", s.project, key), fields, nil)
}

// Creates the flags of OpenFeature's scenarios.
func (s *server) createScenarios() {
	s.t.Helper()
	text, err := os.ReadFile("../../../../tests/openfeature/flags.json")
	must(err)
	var snapshot struct{ Flags []map[string]any }
	must(json.Unmarshal(text, &snapshot))
	for _, flag := range snapshot.Flags {
		s.create(flag)
	}
}

// Revokes the project's server keys.
func (s *server) revoke() {
	s.t.Helper()
	var listed struct {
		Keys []struct {
			ID        int
			Kind      string
			RevokedAt any `json:"revoked_at"`
		}
	}
	path := fmt.Sprintf("/projects/%d/keys", s.project)
	s.ask("GET", path, nil, &listed)
	for _, key := range listed.Keys {
		if key.Kind == "server" && key.RevokedAt == nil {
			s.ask("DELETE", fmt.Sprintf("%s/%d", path, key.ID), nil, nil)
		}
	}
}

func (s *server) open(options ...flagbit.Option) *flagbit.Client {
	s.t.Helper()
	all := append([]flagbit.Option{
		flagbit.WithURL(s.url), flagbit.WithServerKey(s.serverKey), flagbit.WithLogger(slog.New(slog.DiscardHandler)),
		flagbit.WithPollInterval(time.Second), flagbit.WithStaleAfter(2 * time.Second),
	}, options...)
	client, err := flagbit.Open(context.Background(), all...)
	must(err)
	s.t.Cleanup(func() { _ = client.Close() })
	return client
}
