# Places an order through the proxy, and ends it.
state=$(mktemp -d)
nginx -p "$state" -c "$PWD/nginx.conf" &
proxy=$!
status=000
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    status=$(curl -q -s -o /dev/null -w '%{http_code}' -d '{"amount":1}' http://127.0.0.1:8080/v3/pay/transactions/native) && break
    sleep 0.1
done
echo "$status"
kill "$proxy"
wait
rm -rf "$state"
[ "$status" = 401 ]
