package flagbitopenfeature_test

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"testing"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/open-feature/go-sdk/openfeature"
)

// The shared vectors of numbers; tests/fixtures/README.md has the format.
type numbers struct {
	Groups []struct {
		Snapshot string
		Cases    []struct {
			Flag, Kind, Value string
			Integer           *string
		}
	}
}

func TestNumbersOfTheSharedVectors(t *testing.T) {
	text, err := os.ReadFile("../../../tests/fixtures/numbers.json")
	must(err)
	var read numbers
	must(json.Unmarshal(text, &read))
	cases := 0
	for _, group := range read.Groups {
		client := clientOf(t, open(t, flagbit.WithSnapshot(group.Snapshot)))
		for _, one := range group.Cases {
			if one.Kind != "number" {
				continue
			}
			number, err := strconv.ParseFloat(one.Value, 64)
			must(err)
			equal(t, one.Flag, client.Float(context.Background(), one.Flag, 0.0625, nobody), number)
			expected, code := int64(-4321), openfeature.TypeMismatchCode
			if one.Integer != nil {
				if integer, err := strconv.ParseInt(*one.Integer, 10, 64); err == nil {
					expected, code = integer, ""
				}
			}
			found, _ := client.IntValueDetails(context.Background(), one.Flag, -4321, nobody)
			equal(t, one.Flag+" "+one.Value, found.Value, expected)
			equal(t, one.Flag+" "+one.Value, found.ErrorCode, code)
			cases++
		}
	}
	if cases < 150 {
		t.Fatalf("%d cases", cases)
	}
}
