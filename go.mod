module github.com/go-csm/csm

go 1.25.0
