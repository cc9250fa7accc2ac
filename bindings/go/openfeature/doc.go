// Package flagbitopenfeature is FlagBit's provider for OpenFeature.
//
//	client, err := flagbit.Open(ctx, flagbit.WithURL(url), flagbit.WithServerKey(key))
//	if err != nil {
//		return err
//	}
//	if err := openfeature.SetProviderAndWait(flagbitopenfeature.NewProvider(client)); err != nil {
//		return err
//	}
//	defer openfeature.Shutdown()
//	flags := openfeature.NewClient("shop")
//	user := openfeature.NewEvaluationContext("usr_123", map[string]any{"plan": "pro"})
//	if flags.Boolean(ctx, "premium-feature", false, user) {
//		...
//	}
//
// docs/openfeature/go.md has the events, the reasons and the metadata.
package flagbitopenfeature
