package flagbit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

// The shared vectors; tests/fixtures/README.md has the format.
type group struct {
	Name     string
	Snapshot string
	Refused  *struct {
		Place        *string
		Line, Column int
	}
	Flags    []string
	SetAside []struct{ Place string } `json:"set_aside"`
	Revision string
	Cases    []vector
}

type vector struct {
	Name, Flag string
	Context    [][3]json.RawMessage
	Default    bool
	Enabled    bool
	Reason     flagbit.Reason
	RuleIndex  *int              `json:"rule_index"`
	ErrorCode  flagbit.ErrorCode `json:"error_code"`
	Kind       string
	Value      string
	Variant    string
	Integer    *string
}

type nothingOfOurs struct{}

// An attribute's value, and whether FlagBit takes it.
func attribute(kind string, raw json.RawMessage) (value any, supported bool) {
	if kind == "list" {
		var elements [][2]json.RawMessage
		must(json.Unmarshal(raw, &elements))
		list, supported := []any{}, len(elements) <= 1000
		for _, element := range elements {
			kind := text(element[0])
			value, good := attribute(kind, element[1])
			supported = supported && good && value != nil && kind != "list"
			list = append(list, value)
		}
		return list, supported
	}
	text := text(raw)
	switch kind {
	case "string":
		return text, true
	case "integer":
		if integer, err := strconv.ParseInt(text, 10, 64); err == nil {
			return integer, true
		}
		unsigned, err := strconv.ParseUint(text, 10, 64)
		must(err)
		return unsigned, true
	case "number":
		number, err := strconv.ParseFloat(text, 64)
		if !errors.Is(err, strconv.ErrRange) {
			must(err)
		}
		return number, !math.IsNaN(number) && !math.IsInf(number, 0)
	case "boolean":
		return text == "true", true
	case "moment":
		var seconds, nanoseconds int64
		_, err := fmt.Sscan(text, &seconds, &nanoseconds)
		must(err)
		return time.Unix(seconds, nanoseconds), true
	case "null":
		return nil, true
	case "unsupported":
		return nothingOfOurs{}, false
	}
	panic("unknown kind " + kind)
}

func text(raw json.RawMessage) (text string) {
	must(json.Unmarshal(raw, &text))
	return text
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (v vector) attributes() (all, supported flagbit.Attributes) {
	all, supported = flagbit.Attributes{}, flagbit.Attributes{}
	for _, one := range v.Context {
		name := text(one[0])
		value, good := attribute(text(one[1]), one[2])
		all[name] = value
		if good {
			supported[name] = value
		}
	}
	return all, supported
}

func (v vector) hasValue(found any) bool {
	switch v.Kind {
	case "boolean":
		return found == (v.Value == "true")
	case "string":
		return found == v.Value
	case "number":
		number, err := strconv.ParseFloat(v.Value, 64)
		must(err)
		return found == number
	}
	var value any
	must(json.Unmarshal([]byte(v.Value), &value))
	return reflect.DeepEqual(found, value)
}

func TestVectors(t *testing.T) {
	files, err := filepath.Glob(repository + "tests/fixtures/*.json")
	must(err)
	if len(files) < 16 {
		t.Fatalf("%d files of vectors", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			must(err)
			var found struct{ Groups []group }
			must(json.Unmarshal(data, &found))
			count := 0
			for _, group := range found.Groups {
				count += group.check(t)
			}
			if count < 40 {
				t.Errorf("%d cases", count)
			}
		})
	}
}

func (g group) check(t *testing.T) int {
	client, err := flagbit.Open(context.Background(), flagbit.WithSnapshot(g.Snapshot), flagbit.WithLogger(new(journal).logger()))
	if g.Refused != nil {
		g.checkRefusal(t, err)
		return 0
	}
	if err != nil {
		t.Fatalf("%s: %v", g.Name, err)
	}
	defer client.Close()
	if keys := client.Flags(); !slices.Equal(keys, g.Flags) {
		t.Errorf("%s: the flags are %q", g.Name, keys)
	}
	warnings := client.Warnings()
	equal(t, g.Name+": warnings", len(warnings), len(g.SetAside))
	for i, aside := range g.SetAside {
		if !strings.HasPrefix(warnings[i], aside.Place+": ") {
			t.Errorf("%s: %q is not at %s", g.Name, warnings[i], aside.Place)
		}
	}
	equal(t, g.Name+": revision", client.Status().Revision, g.Revision)
	for _, vector := range g.Cases {
		vector.check(t, client, g.Name+": "+vector.Name)
	}
	return len(g.Cases)
}

func (g group) checkRefusal(t *testing.T, err error) {
	if !errors.Is(err, flagbit.ErrSnapshot) {
		t.Errorf("%s: %v", g.Name, err)
		return
	}
	message := strings.TrimPrefix(err.Error(), "flagbit: ")
	if place := g.Refused.Place; place != nil {
		if *place != "" && !strings.HasPrefix(message, *place+": ") {
			t.Errorf("%s: %q is not at %s", g.Name, message, *place)
		}
		return
	}
	found := regexp.MustCompile(`line (\d+),? column (\d+)`).FindStringSubmatch(message)
	if found == nil || found[1] != fmt.Sprint(g.Refused.Line) ||
		(g.Refused.Column != 0 && found[2] != fmt.Sprint(g.Refused.Column)) {
		t.Errorf("%s: %q is not at line %d, column %d", g.Name, message, g.Refused.Line, g.Refused.Column)
	}
}

func (v vector) check(t *testing.T, client *flagbit.Client, name string) {
	all, supported := v.attributes()
	index := -1
	if v.RuleIndex != nil {
		index = *v.RuleIndex
	}
	for _, who := range []flagbit.AnyContext{all, newContext(t, supported), newPrepared(t, supported)} {
		found := client.Evaluate(v.Flag, who, v.Default)
		if found.Enabled != v.Enabled || found.Reason != v.Reason || found.RuleIndex != index ||
			found.ErrorCode != v.ErrorCode || found.Variant != v.Variant {
			t.Errorf("%s (%T): %+v", name, who, found)
		}
		enabled := v.Default
		if v.ErrorCode != "" {
			equal(t, name+": the default", found.Value, any(v.Default))
			equal(t, name+": the error", errors.Is(found.Err(), v.ErrorCode), true)
		} else {
			if !v.hasValue(found.Value) {
				t.Errorf("%s (%T): the value %v", name, who, found.Value)
			}
			equal(t, name+": the error", found.Err(), nil)
			v.checkTyped(t, client, who, name)
			if v.Kind == "boolean" {
				enabled = v.Enabled
			}
		}
		equal(t, name+": enabled", client.Enabled(v.Flag, who, v.Default), enabled)
		among, known := client.EvaluateAll(who)[v.Flag]
		switch {
		case !known:
			equal(t, name+": not among all", v.ErrorCode, flagbit.FlagNotFound)
		case v.ErrorCode != "":
			equal(t, name+": among all", among.Value, any(false))
			equal(t, name+": among all", among.ErrorCode, v.ErrorCode)
		case !reflect.DeepEqual(among, found):
			t.Errorf("%s: among all: %+v", name, among)
		}
	}
}

// Asks for the value as every type: it comes as its own and as no other.
func (v vector) checkTyped(t *testing.T, client *flagbit.Client, who flagbit.AnyContext, name string) {
	want := func(kind string, found, def any) {
		t.Helper()
		if v.Kind == kind {
			if !v.hasValue(found) {
				t.Errorf("%s: as %T: %v", name, found, found)
			}
		} else if !reflect.DeepEqual(found, def) {
			t.Errorf("%s: not as a %s: %v", name, kind, found)
		}
	}
	want("string", client.String(v.Flag, who, "none of them"), "none of them")
	want("string", flagbit.Value(client, v.Flag, who, "none of them"), "none of them")
	want("number", client.Number(v.Flag, who, -1.25), -1.25)
	want("number", flagbit.Value(client, v.Flag, who, -1.25), -1.25)
	want("json", client.JSON(v.Flag, who, "none"), "none")
	v.checkIntegers(t, client, who, name)
	type any_ any
	want("json", flagbit.Value[any_](client, v.Flag, who, nil), nil)
	want("boolean", flagbit.Value(client, v.Flag, who, v.Value != "true"), v.Value != "true")
}

// Asks for an integer of each type: it is exact, or the default where the type has no such value.
func (v vector) checkIntegers(t *testing.T, client *flagbit.Client, who flagbit.AnyContext, name string) {
	t.Helper()
	text := ""
	if v.Integer != nil {
		text = *v.Integer
	}
	signed, err := strconv.ParseInt(text, 10, 64)
	isSigned := err == nil
	if !isSigned {
		signed = -4321
	}
	unsigned, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		unsigned = 4321
	}
	equal(t, name+": Integer", client.Integer(v.Flag, who, -4321), signed)
	equal(t, name+": an int64", flagbit.Value[int64](client, v.Flag, who, -4321), signed)
	equal(t, name+": an int", flagbit.Value(client, v.Flag, who, -4321), int(signed))
	equal(t, name+": a uint64", flagbit.Value[uint64](client, v.Flag, who, 4321), unsigned)
	found, fits := client.Evaluate(v.Flag, who, nil).Integer()
	equal(t, name+": the evaluation's", fits, isSigned)
	if fits {
		equal(t, name+": the evaluation's", found, signed)
	}
}
