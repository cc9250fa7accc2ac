// Package flagbit answers whether a feature is on for a user: in this process, in nanoseconds, the same as in every other
// FlagBit SDK. The rules run in a Rust library behind this package.
//
//	client, err := flagbit.Open(ctx, flagbit.WithFile("flags.json"), flagbit.WithWatch())
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	if client.Enabled("premium-feature", flagbit.Attributes{"user_id": "usr_123", "plan": "pro"}, false) {
//		...
//	}
//
// # Asking
//
// [Client.Enabled], [Client.String], [Client.Number], [Client.Integer], [Client.JSON] and [Value] return a flag's value, or
// the caller's default if there is none. [Client.Evaluate] tells the reason, too. None of them blocks, fails or panics,
// whatever it is given.
//
// The attributes of a question are an [Attributes] map, or a [Context] that you build once and use often, or nil.
//
// # Goroutines
//
// You may call everything from any goroutine, [Client.Close] included.
package flagbit

// Version is the version of this package, and of the library that it carries.
const Version = "0.1.0"
