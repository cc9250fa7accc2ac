module github.com/flagbit/flagbit/bindings/go

go 1.24.0
