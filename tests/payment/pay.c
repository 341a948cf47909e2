/* Places an order, trusting cert/rootca.pem of the working directory. */
#include <curl/curl.h>
#include <stdio.h>

int main(void)
{
    CURL *curl;
    CURLcode code;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, "https://api.mch.weixin.qq.com/v3/pay/transactions/native");
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_CAINFO, "cert/rootca.pem");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{\"amount\":1}");
    code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        fprintf(stderr, "%s\n", curl_easy_strerror(code));
    return code;
}
