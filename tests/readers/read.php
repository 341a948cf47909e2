<?php
// Usage: php read.php stream|curl FOLDER PORT_A PORT_B PORT_C < names
// What PHP's stream wrapper or its curl makes of FOLDER/NAME.pem; the output is that of read.py.
[, $way, $folder, $a, $b, $c] = $argv;

function with_stream(string $file, string $port): bool
{
    $context = stream_context_create(["ssl" => ["cafile" => $file, "peer_name" => "localhost"]]);
    $stream = @stream_socket_client("ssl://127.0.0.1:$port", $code, $text, 10, STREAM_CLIENT_CONNECT, $context);
    return $stream !== false;
}

function with_curl(string $file, string $port): bool
{
    $curl = curl_init("https://localhost:$port/");
    curl_setopt_array($curl, [CURLOPT_CAINFO => $file, CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 10]);
    return curl_exec($curl) !== false;
}

foreach (preg_split('/\s+/', trim(stream_get_contents(STDIN))) as $name) {
    $error = 0;
    set_error_handler(function ($severity, $text) use (&$error) {
        if (str_contains($text, "no valid certs found cafile stream")) {
            $error = 1;
        }
        return true;
    });
    $trusted = "";
    foreach (["A" => $a, "B" => $b, "C" => $c] as $letter => $port) {
        $read = "with_$way";
        if ($read("$folder/$name.pem", $port)) {
            $trusted .= $letter;
        }
    }
    restore_error_handler();
    echo $name, " ", $trusted ?: "-", " ", $way === "stream" ? $error : "?", " ?\n";
}
