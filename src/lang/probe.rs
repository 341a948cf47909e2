//! What is said about live servers.

use super::sentences;

sentences! {
    not_a_host(text) { en: "{text} is not a host.", zh: "{text} 不是主机名。" }
    host_example() {
        en: "Write HOST or HOST:PORT, for example api.mch.weixin.qq.com:443.",
        zh: "请写成 HOST 或 HOST:PORT，例如 api.mch.weixin.qq.com:443。",
    }
    not_found(host, error) {
        en: "The name {host} does not resolve: {error}.",
        zh: "无法解析主机名 {host}：{error}。",
    }
    check_name() {
        en: "Check the name and this machine's DNS, or give an address with --connect.",
        zh: "请检查主机名和本机的 DNS，或用 --connect 指定地址。",
    }
    not_connected(address, error) {
        en: "{address} could not be reached: {error}.",
        zh: "无法连接 {address}：{error}。",
    }
    check_connection() {
        en: "Check firewalls, the port, and whether a proxy is needed (HTTPS_PROXY).",
        zh: "请检查防火墙、端口，以及是否需要代理（HTTPS_PROXY）。",
    }
    proxy_refused(proxy, why) {
        en: "The proxy {proxy} does not let us through: {why}.",
        zh: "代理 {proxy} 未放行：{why}。",
    }
    check_proxy() {
        en: "Check HTTPS_PROXY and NO_PROXY; --connect goes past the proxy.",
        zh: "请检查 HTTPS_PROXY 和 NO_PROXY；--connect 可绕过代理。",
    }
    no_answer() {
        en: "The server accepted the connection, but gave no whole answer within the time limit.",
        zh: "服务器接受了连接，但在时限内没有给出完整应答。",
    }
    broken_off(error) {
        en: "The connection broke off in the handshake: {error}.",
        zh: "连接在握手过程中断开：{error}。",
    }
    too_old() {
        en: "The server speaks only TLS 1.0 or 1.1, which current clients refuse.",
        zh: "服务器只支持 TLS 1.0 或 1.1，现在的客户端都会拒绝。",
    }
    not_tls() {
        en: "What answers there does not speak TLS.",
        zh: "该端口的服务不是 TLS。",
    }
    handshake_failed(error) {
        en: "The handshake failed: {error}.",
        zh: "握手失败：{error}。",
    }
    try_openssl() {
        en: "Compare with: openssl s_client -connect HOST:PORT -servername HOST -showcerts",
        zh: "可对比：openssl s_client -connect 主机:端口 -servername 主机 -showcerts",
    }
    unreadable_chain() {
        en: "A certificate that the server sent cannot be read.",
        zh: "服务器发送的某张证书无法解析。",
    }
    all_pass(host, bundles) {
        en: "Payments will keep working: {host} is accepted by every bundle here ({bundles}).",
        zh: "支付将继续正常：{host} 被这里的所有证书包接受（{bundles} 个）。",
    }
    some_fail(host, failing) {
        en: "Payments fail or will fail: {host} is refused by {failing}.",
        zh: "支付失败或即将失败：{failing} 拒绝 {host}。",
    }
    cannot_tell(host) {
        en: "Cannot tell whether payments will keep working: {host} could not be judged.",
        zh: "无法判断支付是否会继续正常：{host} 无法判断。",
    }
    served_by(address, protocol, cipher) {
        en: "{address}  {protocol}, {cipher}",
        zh: "{address}  {protocol}，{cipher}",
    }
    asks_for_certificate() {
        en: "The server asks for a client certificate.",
        zh: "服务器要求客户端证书。",
    }
    no_identity() {
        en: "No private key is in it that can be used here and fits a certificate in it (an encrypted PEM key cannot be read).",
        zh: "其中没有可用且与证书匹配的私钥（不支持加密的 PEM 私钥）。",
    }
    give_an_identity() {
        en: "Give a PKCS#12 file such as apiclient_cert.p12, or one PEM file with the certificate and its key.",
        zh: "请提供 PKCS#12 文件（如 apiclient_cert.p12），或同时含证书和私钥的 PEM 文件。",
    }
    identity_accepted() {
        en: "The server accepts the client certificate.",
        zh: "服务器接受该客户端证书。",
    }
    identity_refused(why) {
        en: "The server refuses the client certificate ({why}).",
        zh: "服务器拒绝该客户端证书（{why}）。",
    }
    identity_unanswered() {
        en: "The server took the client certificate and did not say what it makes of it.",
        zh: "服务器收到了客户端证书，但没有表明是否接受。",
    }
    refuses_identity(host) {
        en: "Payments fail: {host} refuses this client certificate.",
        zh: "支付失败：{host} 拒绝该客户端证书。",
    }
    ends_at(root, sha256) {
        en: "The chain ends at {root} (SHA-256 {sha256}).",
        zh: "证书链终止于 {root}（SHA-256 {sha256}）。",
    }
    ends_nowhere() {
        en: "The chain ends at no root that rootfix or this system knows.",
        zh: "证书链没有终止于 rootfix 或本系统已知的任何根证书。",
    }
    cross_signed(name, issuer) {
        en: "The server also sends {name} signed by {issuer}: a cross-certificate, by which an older root may pass too.",
        zh: "服务器还发送了由 {issuer} 签发的 {name}：这是交叉证书，更早的根证书也可能因此通过。",
    }
    calendar() { en: "When does this break next?", zh: "下一次什么时候会出问题？" }
    expires(day, name) { en: "{day}  {name} expires", zh: "{day}  {name} 到期" }
    distrusted(day, name) {
        en: "{day}  Mozilla stops trusting {name} for TLS",
        zh: "{day}  Mozilla 停止信任 {name} 用于 TLS",
    }
    saved(path) {
        en: "The chain is saved in {path}; judge it any time with `rootfix verify --chain {path}`",
        zh: "证书链已保存到 {path}；之后可用 `rootfix verify --chain {path}` 判断",
    }
    without_new() { en: "with the old root alone", zh: "只有旧根证书时" }
    without_old() { en: "with the new root alone", zh: "只有新根证书时" }
    pass() { en: "passes", zh: "通过" }
    fail() { en: "fails", zh: "失败" }
}
