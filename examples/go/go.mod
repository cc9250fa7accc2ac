module github.com/flagbit/flagbit/examples/go

go 1.24.0

require github.com/flagbit/flagbit/bindings/go v0.1.0

replace github.com/flagbit/flagbit/bindings/go => ../../bindings/go
