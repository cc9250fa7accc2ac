// Follows a flag of a server: FLAGBIT_SERVER_KEY=fbsrv_... go run ./live http://127.0.0.1:8080 FLAG, in the folder examples/go.
//
// Asks as often as a program that draws frames, and prints each change of the text that it would show.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

func main() {
	key := os.Getenv("FLAGBIT_SERVER_KEY")
	if len(os.Args) != 3 || key == "" {
		log.Fatal("usage: live URL FLAG, with the server key in FLAGBIT_SERVER_KEY")
	}
	flag := os.Args[2]
	client, err := flagbit.Open(context.Background(), flagbit.WithURL(os.Args[1]), flagbit.WithServerKey(key),
		flagbit.WithStream(), flagbit.WithStaleAfter(time.Second))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ready, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = client.WaitUntilReady(ready)

	ben := flagbit.MustContext(flagbit.Attributes{"user_id": "usr_1002", "plan": "free"})
	shown := ""
	for range time.Tick(10 * time.Millisecond) {
		answer := "off"
		if client.Enabled(flag, ben, false) {
			answer = "on"
		}
		if line := fmt.Sprint(answer, " ", client.Status().State); line != shown {
			fmt.Println(line)
			shown = line
		}
	}
}
