package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

func main() {
	pem, err := os.ReadFile(os.Args[2])
	roots := x509.NewCertPool()
	if err == nil && !roots.AppendCertsFromPEM(pem) {
		err = fmt.Errorf("no certificate in the bundle")
	}
	var connection *tls.Conn
	if err == nil {
		connection, err = tls.Dial("tcp", "localhost:"+os.Args[1], &tls.Config{RootCAs: roots})
	}
	if err == nil {
		_, err = connection.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
	}
	if err == nil {
		_, err = connection.Read(make([]byte, 1))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
