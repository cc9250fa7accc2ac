package flagbit_test

// The module as strangers use it: fetched from a module proxy into a clean place outside the repository.

import (
	"archive/zip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

const (
	modulePath    = "github.com/flagbit/flagbit/bindings/go"
	providerPath  = modulePath + "/openfeature"
	moduleVersion = "v" + flagbit.Version
)

// A clean place: a program of the README, and a module proxy that has this module and the provider's.
type place struct {
	t       *testing.T
	program string
	proxy   string
	env     []string
}

func newPlace(t *testing.T, files func(name string) bool) *place {
	t.Helper()
	p := preparePlace(t, files, "## Ten lines")
	p.succeed("go", "get", modulePath+"@"+moduleVersion)
	return p
}

// A place without what is to be fetched, with the example below a heading.
func preparePlace(t *testing.T, files func(name string) bool, heading string) *place {
	t.Helper()
	if os.Getenv("FLAGBIT_TEST_PACKAGE") == "" {
		t.Skip("slow; set by scripts/test/go.sh")
	}
	folder, program := t.TempDir(), filepath.Join(t.TempDir(), "program")
	writeProxy(t, filepath.Join(folder, "proxy"), modulePath, ".", files)
	writeProxy(t, filepath.Join(folder, "proxy"), providerPath, "openfeature", files)
	readme, err := os.ReadFile("README.md")
	must(err)
	example := regexp.MustCompile("(?s)\n" + heading + "\n.*?```go\n(.*?)```").FindSubmatch(readme)
	must(os.Mkdir(program, 0o700))
	write(t, filepath.Join(program, "main.go"), string(example[1]))
	proxy := "file://" + filepath.Join(folder, "proxy")
	p := &place{t: t, program: program, proxy: proxy, env: append(os.Environ(),
		"GOPROXY="+proxy, "GOSUMDB=off", "GOFLAGS=-modcacherw", "GOWORK=off",
		"GOMODCACHE="+filepath.Join(folder, "modules"), "CGO_ENABLED=1")}
	p.succeed("go", "mod", "init", "example.com/program")
	return p
}

// Writes one module of a module proxy: three files a version. The module's zip has the files that a release has.
func writeProxy(t *testing.T, folder, path, source string, wanted func(name string) bool) {
	t.Helper()
	versions := filepath.Join(folder, path, "@v")
	must(os.MkdirAll(versions, 0o700))
	write(t, filepath.Join(versions, "list"), moduleVersion+"\n")
	write(t, filepath.Join(versions, moduleVersion+".info"), `{"Version": "`+moduleVersion+`", "Time": "2026-01-01T00:00:00Z"}`)
	mod, err := os.ReadFile(filepath.Join(source, "go.mod"))
	must(err)
	write(t, filepath.Join(versions, moduleVersion+".mod"), string(mod))
	file, err := os.Create(filepath.Join(versions, moduleVersion+".zip"))
	must(err)
	archive := zip.NewWriter(file)
	files := os.DirFS(source)
	must(fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && name != "." {
			if _, err := fs.Stat(files, name+"/go.mod"); err == nil {
				return fs.SkipDir // Another module.
			}
		}
		if err != nil || entry.IsDir() || !wanted(name) {
			return err
		}
		content, err := fs.ReadFile(files, name)
		must(err)
		into, err := archive.Create(path + "@" + moduleVersion + "/" + name)
		must(err)
		_, err = into.Write(content)
		return err
	}))
	must(archive.Close())
	must(file.Close())
}

// The output of the first example, as the README states it.
const firstOutput = "true\npercentage_rollout\n"

func everything(string) bool { return true }

func withoutLibrary(name string) bool {
	return !strings.HasSuffix(name, ".a") && !strings.HasSuffix(name, ".h")
}

func (p *place) run(command ...string) (string, error) {
	one := exec.Command(command[0], command[1:]...)
	one.Dir, one.Env = p.program, p.env
	output, err := one.CombinedOutput()
	return string(output), err
}

func (p *place) succeed(command ...string) string {
	p.t.Helper()
	output, err := p.run(command...)
	if err != nil {
		p.t.Fatalf("%q: %v\n%s", command, err, output)
	}
	return output
}

func (p *place) fail(command ...string) string {
	p.t.Helper()
	output, err := p.run(command...)
	if err == nil {
		p.t.Fatalf("%q did not fail:\n%s", command, output)
	}
	return output
}

// The program's output, and that it needs no library of ours at run time.
func (p *place) checkProgram(output string) {
	p.t.Helper()
	equal(p.t, "the output", p.succeed("./program"), output)
	if runtime.GOOS == "linux" {
		if needed := p.succeed("ldd", "./program"); strings.Contains(needed, "flagbit") {
			p.t.Errorf("it needs %s", needed)
		}
	}
}

func TestPackageIsFetched(t *testing.T) {
	p := newPlace(t, everything)
	p.succeed("go", "build", "-o", "program", ".")
	p.checkProgram(firstOutput)
	p.succeed("go", "mod", "verify")
	p.succeed("go", "vet", ".")
}

func TestPackageIsVendored(t *testing.T) {
	p := newPlace(t, everything)
	p.succeed("go", "mod", "vendor")
	// Only the folder is available: neither a proxy nor the fetched modules.
	p.env = append(p.env, "GOPROXY=off", "GOMODCACHE="+t.TempDir())
	p.succeed("go", "build", "-mod=vendor", "-o", "program", ".")
	p.checkProgram(firstOutput)
}

// Both modules. The provider's names this one by its version alone: the library comes with that. OpenFeature's SDK was fetched
// for the provider's own tests.
func TestPackageWithTheProvider(t *testing.T) {
	p := preparePlace(t, everything, "## OpenFeature")
	fetched, err := exec.Command("go", "env", "GOMODCACHE").Output()
	must(err)
	p.env = append(p.env, "GOPROXY="+p.proxy+",file://"+strings.TrimSpace(string(fetched))+"/cache/download")
	p.succeed("go", "get", providerPath+"@"+moduleVersion)
	p.succeed("go", "mod", "tidy")
	p.succeed("go", "build", "-o", "program", ".")
	p.checkProgram("true\nSPLIT\n")
	p.succeed("go", "mod", "verify")
	p.succeed("go", "vet", ".")
	p.succeed("go", "mod", "vendor")
	p.env = append(p.env, "GOPROXY=off", "GOMODCACHE="+t.TempDir())
	p.succeed("go", "build", "-mod=vendor", "-o", "program", ".")
	p.checkProgram("true\nSPLIT\n")
}

func TestPackageWithoutItsLibrarySaysWhatToDo(t *testing.T) {
	message := newPlace(t, withoutLibrary).fail("go", "build", "-o", "program", ".")
	if !strings.Contains(message, "flagbit.h is missing") || !strings.Contains(message, "make go-library") {
		t.Errorf("%s", message)
	}
}

func TestPackageWithoutCgoSaysSo(t *testing.T) {
	p := newPlace(t, everything)
	p.env = append(p.env, "CGO_ENABLED=0")
	message := p.fail("go", "build", "-o", "program", ".")
	if lines := strings.Split(strings.TrimSpace(message), "\n"); len(lines) != 2 || !strings.Contains(lines[1], "FlagBit needs cgo") {
		t.Errorf("%s", message)
	}
}

// The system's library, as its package would install it; and at run time another, whose ABI does not fit.
func TestPackageWithTheSystemsLibrary(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux")
	}
	built, err := filepath.Abs(repository + "build/lib")
	must(err)
	include, err := filepath.Abs(repository + "include")
	must(err)
	p := newPlace(t, withoutLibrary)
	system, other := t.TempDir(), t.TempDir()
	write(t, filepath.Join(system, "flagbit.pc"), "Name: flagbit\nDescription: flags\nVersion: "+flagbit.Version+
		"\nCflags: -I"+include+"\nLibs: -L"+built+" -lflagbit\n")
	p.env = append(p.env, "PKG_CONFIG_PATH="+system)
	p.succeed("go", "build", "-tags", "flagbit_system", "-o", "program", ".")
	p.fail("./program")
	p.env = append(p.env, "LD_LIBRARY_PATH="+built)
	equal(t, "the output", p.succeed("./program"), firstOutput)

	symbols := strings.Fields(p.succeed("nm", "--dynamic", "--defined-only", "--format=just-symbols", filepath.Join(built, "libflagbit.so")))
	code := "const char *flagbit_version(void) { return \"9.8.7\"; } unsigned flagbit_abi_version(void) { return 9 << 16 | 8; }\n"
	for _, symbol := range symbols {
		if symbol != "flagbit_version" && symbol != "flagbit_abi_version" {
			code += "void " + symbol + "(void) { __builtin_trap(); }\n"
		}
	}
	write(t, filepath.Join(other, "other.c"), code)
	soname, err := os.Readlink(filepath.Join(built, "libflagbit.so"))
	must(err)
	p.succeed("cc", "-shared", "-fPIC", "-o", filepath.Join(other, soname), filepath.Join(other, "other.c"))
	p.env = append(p.env, "LD_LIBRARY_PATH="+other)
	message := p.fail("./program")
	if !strings.Contains(message, "its ABI is 9.8 (version 9.8.7)") || strings.Contains(message, "SIG") {
		t.Errorf("%s", message)
	}
}
