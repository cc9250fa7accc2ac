package flagbit_test

import (
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

const serverKey = "fbsrv_secret"

// A server that answers as it is told and remembers what it was asked.
type stub struct {
	*httptest.Server
	lock     sync.Mutex
	snapshot string
	revision int
	status   int
	changed  chan struct{}
	requests []*http.Request
	answers  []int
	hanging  chan struct{}
}

func newStub(t *testing.T, start func(*httptest.Server), flags map[string]bool) *stub {
	s := &stub{status: 200, changed: make(chan struct{}), hanging: make(chan struct{}, 10)}
	s.put(flags)
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = newSilent()
	start(s.Server)
	t.Cleanup(func() {
		s.tell(503) // Ends the streams.
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *stub) put(flags map[string]bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.snapshot = snapshot(flags)
	s.revision++
	s.wakeStreams()
}

func (s *stub) tell(status int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.status = status
	s.wakeStreams()
}

func (s *stub) wakeStreams() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.lock.Lock()
	s.requests = append(s.requests, r)
	status, text := s.status, s.snapshot
	s.lock.Unlock()
	switch {
	case status == 0:
		s.hanging <- struct{}{}
		<-r.Context().Done()
	case status != 200:
		s.answer(w, status)
	case r.URL.Path == "/api/v1/stream":
		s.stream(w, r)
	default:
		tag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text)))
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			s.answer(w, 304)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		s.answer(w, 200)
		packed := gzip.NewWriter(w)
		_, _ = packed.Write([]byte(text))
		_ = packed.Close()
	}
}

func (s *stub) answer(w http.ResponseWriter, status int) {
	s.lock.Lock()
	s.answers = append(s.answers, status)
	s.lock.Unlock()
	w.WriteHeader(status)
}

func (s *stub) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		s.lock.Lock()
		revision, status, changed := s.revision, s.status, s.changed
		s.lock.Unlock()
		if status != 200 {
			return
		}
		_, _ = fmt.Fprintf(w, "event: snapshot\nid: %[1]d\ndata: {\"revision\": %[1]d}\n\n", revision)
		w.(http.Flusher).Flush()
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

func (s *stub) asked() ([]*http.Request, []int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return slices.Clone(s.requests), slices.Clone(s.answers)
}

func on(flag bool) map[string]bool { return map[string]bool{"a": flag} }

// A client of a server with the server's key.
func openURL(t *testing.T, url string, options ...flagbit.Option) *flagbit.Client {
	t.Helper()
	return open(t, append([]flagbit.Option{flagbit.WithURL(url), flagbit.WithServerKey(serverKey)}, options...)...)
}

func ready(t *testing.T, client *flagbit.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := client.WaitUntilReady(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestFlagsAreFetchedAndAskedForAgain(t *testing.T) {
	server := newStub(t, (*httptest.Server).Start, on(true))
	client := openURL(t, server.URL, flagbit.WithHeader("X-Team", "checkout"), flagbit.WithTimeout(10*time.Second))
	ready(t, client)
	equal(t, "a", client.Enabled("a", nil, false), true)
	if err := client.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	requests, answers := server.asked()
	equal(t, "answers", fmt.Sprint(answers[:2]), "[200 304]")
	equal(t, "path", requests[0].URL.Path, "/api/v1/snapshot")
	equal(t, "key", requests[0].Header.Get("Authorization"), "Bearer "+serverKey)
	equal(t, "header", requests[0].Header.Get("X-Team"), "checkout")
	status := client.Status()
	if status.State != flagbit.StateReady || status.LastError != "" || !strings.Contains(status.Source, server.URL) {
		t.Errorf("%+v", status)
	}

	changes, _ := listen(client)
	server.put(map[string]bool{"a": false, "b": true})
	if err := client.Refresh(context.Background()); err != nil {
		t.Error(err)
	}
	changes.keys(t, "a", "b")
}

func TestAStreamBringsChangesAtOnce(t *testing.T) {
	server := newStub(t, (*httptest.Server).Start, on(true))
	client := openURL(t, server.URL, flagbit.WithStream(), flagbit.WithPollInterval(10*time.Minute))
	ready(t, client)
	changes, _ := listen(client)
	eventually(t, "the stream is open", func() bool {
		requests, _ := server.asked()
		return slices.ContainsFunc(requests, func(r *http.Request) bool { return r.URL.Path == "/api/v1/stream" })
	})
	server.put(on(false))
	changes.keys(t, "a")
	equal(t, "a", client.Enabled("a", nil, true), false)
}

func TestPollingBringsChangesWithinItsInterval(t *testing.T) {
	server := newStub(t, (*httptest.Server).Start, on(true))
	client := openURL(t, server.URL, flagbit.WithPollInterval(time.Second))
	ready(t, client)
	server.put(on(false))
	eventually(t, "a is off", func() bool { return !client.Enabled("a", nil, true) })
}

func TestARefusalEndsTheWaitingAndIsLogged(t *testing.T) {
	for _, status := range []int{401, 403, 404} {
		server := newStub(t, (*httptest.Server).Start, on(true))
		server.tell(status)
		log := new(journal)
		client := openURL(t, server.URL, flagbit.WithLogger(log.logger()))
		for _, ctx := range []context.Context{context.Background(), t.Context()} {
			err := client.WaitUntilReady(ctx)
			if !errors.Is(err, flagbit.ErrRefused) || !strings.Contains(err.Error(), fmt.Sprint(status)) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v", err)
			}
		}
		equal(t, "state", client.Status().State, flagbit.StateError)
		equal(t, "error", client.Evaluate("a", nil, true).ErrorCode, flagbit.ProviderNotReady)
		eventually(t, "a line in the log", func() bool { return strings.Contains(log.String(), fmt.Sprint(status)) })
		if err := client.Refresh(t.Context()); !errors.Is(err, flagbit.ErrRefused) {
			t.Errorf("%v", err)
		}
		if said := log.String() + fmt.Sprint(client.Status()); strings.Contains(said, "secret") {
			t.Errorf("the key is in %s", said)
		}
		server.tell(200)
		if err := client.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
		equal(t, "a", client.Enabled("a", nil, false), true)
	}
}

func TestADeadServerLeavesTheLastGoodFlags(t *testing.T) {
	server := newStub(t, (*httptest.Server).Start, on(true))
	client := openURL(t, server.URL)
	ready(t, client)
	server.tell(500)
	if err := client.Refresh(t.Context()); !errors.Is(err, flagbit.ErrUnavailable) || !strings.Contains(err.Error(), "500") {
		t.Errorf("%v", err)
	}
	equal(t, "a", client.Enabled("a", nil, false), true)
	equal(t, "failures", client.Status().ConsecutiveFailures, 1)
}

func TestTheCacheServesWhereTheServerDoesNot(t *testing.T) {
	server := newStub(t, (*httptest.Server).Start, on(true))
	cache := filepath.Join(t.TempDir(), "flags.cache")
	client := openURL(t, server.URL, flagbit.WithCachePath(cache))
	ready(t, client)
	eventually(t, "the cache is written", func() bool {
		_, err := os.Stat(cache)
		return err == nil
	})
	_ = client.Close()
	server.tell(503)
	again := openURL(t, server.URL, flagbit.WithCachePath(cache), flagbit.WithBootstrap(snapshot(on(false))))
	equal(t, "a, of the cache", again.Enabled("a", nil, false), true)
	equal(t, "state", again.Status().State, flagbit.StateStale)
	other := openURL(t, server.URL, flagbit.WithBootstrap(snapshot(on(false))))
	equal(t, "a, of the bootstrap", other.Enabled("a", nil, true), false)
}

func TestNothingWaitsForARequestThatHangs(t *testing.T) {
	settle(t)
	server := newStub(t, (*httptest.Server).Start, on(true))
	server.tell(0)
	client := openURL(t, server.URL)
	<-server.hanging
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if err := client.Refresh(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if err := client.WaitUntilReady(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	soon, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := client.Refresh(soon); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	waiting := make(chan error)
	go func() { waiting <- client.WaitUntilReady(context.Background()) }()
	_ = client.Close()
	if err := <-waiting; !errors.Is(err, flagbit.ErrClosed) {
		t.Errorf("%v", err)
	}
	if waited := time.Since(begin); waited > waitsAtMost {
		t.Errorf("all that took %v", waited)
	}
	if err := client.Refresh(t.Context()); !errors.Is(err, flagbit.ErrClosed) {
		t.Errorf("%v", err)
	}
	eventually(t, "the goroutine ends", func() bool { return running() == 0 })
}

func TestAForgottenClientOfAServerIsCollected(t *testing.T) {
	settle(t)
	server := newStub(t, (*httptest.Server).Start, on(true))
	func() {
		client, err := flagbit.Open(t.Context(), flagbit.WithURL(server.URL), flagbit.WithServerKey(serverKey),
			flagbit.WithLogger(new(journal).logger()))
		must(err)
		ready(t, client)
	}()
	eventually(t, "its goroutine ends", func() bool {
		runtime.GC()
		return running() == 0
	})
}

// A certificate that another signs, or itself.
func certificate(form, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	form.SerialNumber, form.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: "test"}
	form.NotBefore, form.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if parent == nil {
		parent, parentKey = form, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, form, parent, &key.PublicKey, parentKey)
	must(err)
	made, err := x509.ParseCertificate(raw)
	must(err)
	return made, key
}

func TestTLSWithAnAuthorityOfOnesOwn(t *testing.T) {
	authority, authorityKey := certificate(&x509.Certificate{IsCA: true, BasicConstraintsValid: true}, nil, nil)
	leaf, leafKey := certificate(&x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}, authority, authorityKey)
	server := newStub(t, func(server *httptest.Server) {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.Raw}, PrivateKey: leafKey}}}
		server.StartTLS()
	}, on(true))
	stranger := openURL(t, server.URL)
	if err := stranger.Refresh(t.Context()); !errors.Is(err, flagbit.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	write(t, file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw})))
	client := openURL(t, server.URL, flagbit.WithCAFile(file))
	if err := client.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	equal(t, "a", client.Enabled("a", nil, false), true)
}

func TestOptionsOfAServerThatDoNotFit(t *testing.T) {
	key := flagbit.WithServerKey(serverKey)
	for message, options := range map[string][]flagbit.Option{
		"WithURL needs either WithServerKey, or both WithAPIKey and WithProjectID": {},
		"WithURL needs either WithServerKey, or both":                              {key, flagbit.WithAPIKey("fb_secret")},
		"WithURL needs either WithServerKey":                                       {flagbit.WithAPIKey("fb_secret")},
		"WithPollInterval takes 60 s or more with WithAPIKey, not 1s":              {flagbit.WithAPIKey("fb_secret"), flagbit.WithProjectID(1), flagbit.WithPollInterval(time.Second)},
		"WithServerKey takes a key that begins with fbsrv_, not an SDK key":        {flagbit.WithServerKey("fbsdk_secret")},
		"WithPollInterval takes 1 s or more, not 500ms":                            {key, flagbit.WithPollInterval(time.Second / 2)},
		"WithPollInterval takes more than 0 s, not -1 s":                           {key, flagbit.WithPollInterval(-time.Second)},
		"WithConnectTimeout takes more than 0 s, not -1 s":                         {key, flagbit.WithConnectTimeout(-time.Second)},
		"WithTimeout takes more than 0 s, not -1 s":                                {key, flagbit.WithTimeout(-time.Second)},
		"WithStaleAfter takes more than 0 s, not -1 s":                             {key, flagbit.WithStaleAfter(-time.Second)},
		"WithHeader cannot set \"Authorization\"":                                  {key, flagbit.WithHeader("Authorization", "secret")},
		"WithProxy takes a URL such as":                                            {key, flagbit.WithProxy("nonsense://")},
		"WithStream does not go with WithAPIKey":                                   {flagbit.WithAPIKey("fb_1"), flagbit.WithProjectID(1), flagbit.WithStream()},
		"exactly one source, one of WithSnapshot, WithFile, WithValues, WithURL":   {flagbit.WithFile("flags.json")},
		"[0].key: missing": {key, flagbit.WithBootstrap("[{}]")},
		"nonexistent":      {key, flagbit.WithCAFile("/nonexistent.pem")},
		"give either WithCAFile or WithSystemRoots": {key, flagbit.WithSystemRoots(), flagbit.WithCAFile("/nonexistent.pem")},
	} {
		_, err := flagbit.Open(t.Context(), append([]flagbit.Option{flagbit.WithURL("http://127.0.0.1:1")}, options...)...)
		var found *flagbit.Error
		if !errors.As(err, &found) || !strings.Contains(err.Error(), message) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", message, err)
		}
	}
}
