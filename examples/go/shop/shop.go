// Evaluates every flag of a small shop for three users: go run ./shop [SNAPSHOT], in the folder examples/go.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

var users = []struct {
	name    string
	context *flagbit.Context
}{
	{"ana", flagbit.MustContext(flagbit.Attributes{
		"user_id": "usr_1001", "plan": "pro", "country": "DE", "age": 34, "beta": true, "app_version": "2.4.1",
		"email": "ana@shop.example",
	})},
	{"ben", flagbit.MustContext(flagbit.Attributes{
		"user_id": "usr_1002", "plan": "free", "country": "US", "age": 17, "beta": false, "cart_total": 129.5,
	})},
	{"guest", flagbit.MustContext(flagbit.Attributes{"country": "FR", "session_id": "s-77aa"})},
}

func main() {
	path := "../flags.json"
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	client, err := flagbit.Open(context.Background(), flagbit.WithFile(path))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	for _, flag := range client.Flags() {
		for _, user := range users {
			found := client.Evaluate(flag, user.context, false)
			rule := "-"
			if found.RuleIndex >= 0 {
				rule = strconv.Itoa(found.RuleIndex)
			}
			fmt.Printf("%s\t%s\t%s\t%s\t%s\n", flag, user.name, found.Variant, found.Reason, rule)
		}
	}
}
