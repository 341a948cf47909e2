// Prints what golang.org/x/crypto/pkcs12 finds: one line per bag. Lines of path, tab, password on standard input.
package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"os"
	"sort"
	"strings"

	"golang.org/x/crypto/pkcs12"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		path, password, _ := strings.Cut(in.Text(), "\t")
		fmt.Println("FILE", path)
		bytes, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		blocks, err := pkcs12.ToPEM(bytes, strings.TrimSuffix(password, "-"))
		if err != nil {
			fmt.Println("FAILS", err)
			continue
		}
		for _, block := range blocks {
			var headers []string
			for key, value := range block.Headers {
				headers = append(headers, key+"="+value)
			}
			sort.Strings(headers)
			fmt.Printf("%s %x %s\n", block.Type, sha256.Sum256(block.Bytes), strings.Join(headers, " "))
		}
	}
}
