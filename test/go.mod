module github.com/go-csm/csm/test

go 1.25.0
