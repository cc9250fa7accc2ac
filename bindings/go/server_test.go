package flagbit_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/flagbit/flagbit/bindings/go/internal/kit"
)

const serverKey = "fbsrv_secret"

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
	server := kit.NewStub(t, snapshot(on(true)))
	client := openURL(t, server.URL, flagbit.WithHeader("X-Team", "checkout"), flagbit.WithTimeout(10*time.Second))
	ready(t, client)
	equal(t, "a", client.Enabled("a", nil, false), true)
	if err := client.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	requests := server.Requests()
	equal(t, "answers", fmt.Sprint(requests[0].Status, requests[1].Status), "200 304")
	equal(t, "path", requests[0].Path, "/api/v1/snapshot")
	equal(t, "key", requests[0].Headers["authorization"], "Bearer "+serverKey)
	equal(t, "header", requests[0].Headers["x-team"], "checkout")
	status := client.Status()
	if status.State != flagbit.StateReady || status.LastError != "" || !strings.Contains(status.Source, server.URL) {
		t.Errorf("%+v", status)
	}

	changes, _ := listen(client)
	server.Put(snapshot(map[string]bool{"a": false, "b": true}))
	if err := client.Refresh(context.Background()); err != nil {
		t.Error(err)
	}
	changes.keys(t, "a", "b")
}

func TestAStreamBringsChangesAtOnce(t *testing.T) {
	server := kit.NewStub(t, snapshot(on(true)))
	client := openURL(t, server.URL, flagbit.WithStream(), flagbit.WithPollInterval(10*time.Minute))
	ready(t, client)
	changes, _ := listen(client)
	server.Asked("/api/v1/stream")
	server.Put(snapshot(on(false)))
	changes.keys(t, "a")
	equal(t, "a", client.Enabled("a", nil, true), false)
}

func TestPollingBringsChangesWithinItsInterval(t *testing.T) {
	server := kit.NewStub(t, snapshot(on(true)))
	client := openURL(t, server.URL, flagbit.WithPollInterval(time.Second))
	ready(t, client)
	server.Put(snapshot(on(false)))
	eventually(t, "a is off", func() bool { return !client.Enabled("a", nil, true) })
}

func TestARefusalEndsTheWaitingAndIsLogged(t *testing.T) {
	for _, status := range []int{401, 403, 404} {
		server := kit.NewStub(t, snapshot(on(true)))
		server.Tell(status)
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
		server.Tell(200)
		if err := client.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
		equal(t, "a", client.Enabled("a", nil, false), true)
	}
}

func TestADeadServerLeavesTheLastGoodFlags(t *testing.T) {
	server := kit.NewStub(t, snapshot(on(true)))
	client := openURL(t, server.URL)
	ready(t, client)
	server.Tell(500)
	if err := client.Refresh(t.Context()); !errors.Is(err, flagbit.ErrUnavailable) || !strings.Contains(err.Error(), "500") {
		t.Errorf("%v", err)
	}
	equal(t, "a", client.Enabled("a", nil, false), true)
	equal(t, "failures", client.Status().ConsecutiveFailures, 1)
}

func TestTheCacheServesWhereTheServerDoesNot(t *testing.T) {
	server := kit.NewStub(t, snapshot(on(true)))
	cache := filepath.Join(t.TempDir(), "flags.cache")
	client := openURL(t, server.URL, flagbit.WithCachePath(cache))
	ready(t, client)
	eventually(t, "the cache is written", func() bool {
		_, err := os.Stat(cache)
		return err == nil
	})
	_ = client.Close()
	server.Tell(503)
	again := openURL(t, server.URL, flagbit.WithCachePath(cache), flagbit.WithBootstrap(snapshot(on(false))))
	equal(t, "a, of the cache", again.Enabled("a", nil, false), true)
	equal(t, "state", again.Status().State, flagbit.StateStale)
	other := openURL(t, server.URL, flagbit.WithBootstrap(snapshot(on(false))))
	equal(t, "a, of the bootstrap", other.Enabled("a", nil, true), false)
}

func TestNothingWaitsForARequestThatHangs(t *testing.T) {
	settle(t)
	server := kit.NewStub(t, snapshot(on(true)))
	server.Tell(0)
	client := openURL(t, server.URL)
	server.Asked("/")
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
	server := kit.NewStub(t, snapshot(on(true)))
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
	folder := t.TempDir()
	certificate, key := filepath.Join(folder, "certificate.pem"), filepath.Join(folder, "key.pem")
	raw, err := x509.MarshalPKCS8PrivateKey(leafKey)
	must(err)
	write(t, certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})))
	server := kit.NewTLSStub(t, snapshot(on(true)), certificate, key)
	stranger := openURL(t, server.URL)
	if err := stranger.Refresh(t.Context()); !errors.Is(err, flagbit.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	file := filepath.Join(folder, "ca.pem")
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
		"WithURL needs either WithServerKey, or both WithAPIKey and WithProjectID":     {},
		"WithURL needs either WithServerKey, or both":                                  {key, flagbit.WithAPIKey("fb_secret")},
		"WithURL needs either WithServerKey":                                           {flagbit.WithAPIKey("fb_secret")},
		"WithPollInterval takes 60 s or more with WithAPIKey, not 1s":                  {flagbit.WithAPIKey("fb_secret"), flagbit.WithProjectID(1), flagbit.WithPollInterval(time.Second)},
		"WithServerKey takes a key that begins with fbsrv_, not an SDK key":            {flagbit.WithServerKey("fbsdk_secret")},
		"WithPollInterval takes 1 s or more, not 500ms":                                {key, flagbit.WithPollInterval(time.Second / 2)},
		"WithPollInterval takes more than 0 s, not -1 s":                               {key, flagbit.WithPollInterval(-time.Second)},
		"WithConnectTimeout takes more than 0 s, not -1 s":                             {key, flagbit.WithConnectTimeout(-time.Second)},
		"WithTimeout takes more than 0 s, not -1 s":                                    {key, flagbit.WithTimeout(-time.Second)},
		"WithStaleAfter takes more than 0 s, not -1 s":                                 {key, flagbit.WithStaleAfter(-time.Second)},
		"WithHeader cannot set \"Authorization\"":                                      {key, flagbit.WithHeader("Authorization", "secret")},
		"WithProxy takes a URL such as":                                                {key, flagbit.WithProxy("nonsense://")},
		"WithStream does not go with WithAPIKey":                                       {flagbit.WithAPIKey("fb_1"), flagbit.WithProjectID(1), flagbit.WithStream()},
		"a client needs exactly one of the sources WithSnapshot, WithFile, WithValues": {flagbit.WithFile("flags.json")},
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
