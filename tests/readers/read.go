// Usage: go run read.go FOLDER < names
// What CertPool.AppendCertsFromPEM makes of FOLDER/NAME.pem; the output is that of read.py.
package main

import (
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	folder := os.Args[1]
	names, _ := io.ReadAll(os.Stdin)
	for _, name := range strings.Fields(string(names)) {
		bundle, err := os.ReadFile(folder + "/" + name + ".pem")
		if err != nil {
			panic(err)
		}
		pool := x509.NewCertPool()
		failed := 0
		if !pool.AppendCertsFromPEM(bundle) {
			failed = 1
		}
		trusted := ""
		for _, letter := range "ABC" {
			der, err := os.ReadFile(fmt.Sprintf("%s/leaf%c.der", folder, letter))
			if err != nil {
				panic(err)
			}
			leaf, err := x509.ParseCertificate(der)
			if err != nil {
				panic(err)
			}
			if _, err := leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: "localhost"}); err == nil {
				trusted += string(letter)
			}
		}
		if trusted == "" {
			trusted = "-"
		}
		fmt.Println(name, trusted, failed, len(pool.Subjects()))
	}
}
