// Places an order, trusting cert/rootca.pem of the working directory.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	roots := x509.NewCertPool()
	pem, err := os.ReadFile("cert/rootca.pem")
	if err != nil || !roots.AppendCertsFromPEM(pem) {
		panic("cert/rootca.pem")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	answer, err := client.Post("https://api.mch.weixin.qq.com/v3/pay/transactions/native", "application/json",
		strings.NewReader(`{"amount":1}`))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	body, _ := io.ReadAll(answer.Body)
	fmt.Println(string(body))
}
