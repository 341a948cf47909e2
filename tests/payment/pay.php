<?php
// Places an order, trusting cert/rootca.pem of the working directory.
$curl = curl_init('https://api.mch.weixin.qq.com/v3/pay/transactions/native');
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
curl_setopt($curl, CURLOPT_SSL_VERIFYPEER, true);
curl_setopt($curl, CURLOPT_SSL_VERIFYHOST, 2);
curl_setopt($curl, CURLOPT_CAINFO, getcwd() . '/cert/rootca.pem');
curl_setopt($curl, CURLOPT_POSTFIELDS, '{"amount":1}');
$answer = curl_exec($curl);
if ($answer === false) {
    fwrite(STDERR, curl_error($curl) . "\n");
    exit(1);
}
echo $answer, "\n";
