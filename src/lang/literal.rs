//! Certificates that are written into source code and configuration.

use super::sentences;

sentences! {
    in_source() {
        en: "The certificates are written into this text, in a literal or a block of it; a new one goes behind them, in the same way of writing.",
        zh: "证书写在该文本的字面量或区块中；新证书会以同样的写法追加在其后。",
    }
    reads_all() {
        en: "The program has to be built and deployed again, and must read every certificate of the literal, not only the first: try it (`rootfix rehearse`).",
        zh: "程序需要重新构建并部署，并且必须读取该字面量中的全部证书，而不只是第一张：请实际验证（`rootfix rehearse`）。",
    }
    no_certificate() {
        en: "What stands between BEGIN and END in this text is no certificate.",
        zh: "该文本中 BEGIN 与 END 之间的内容不是证书。",
    }
    look_at_the_source() {
        en: "See where this text gets its certificates from: rootfix locate",
        zh: "查看该文本从何处取得证书：rootfix locate",
    }
    several() {
        en: "Several literals of this text hold certificates, and none of them the root that the rollover keeps; which of them the program uses is not known.",
        zh: "该文本中有多个字面量含有证书，但都没有本次更换要保留的旧根证书；无法判断程序使用哪一个。",
    }
    not_alike() {
        en: "The lines of the certificate in this text are not all written alike, so that a new one cannot be written in the same way without guessing.",
        zh: "该文本中证书各行的写法不一致，无法在不猜测的情况下以同样的写法添加新证书。",
    }
    damaged() {
        en: "What stands between BEGIN and END at one place of this text is no certificate.",
        zh: "该文本中有一处 BEGIN 与 END 之间的内容不是证书。",
    }
    by_hand() {
        en: "Put the new root into the literal by hand; `rootfix roots export NAME` prints it.",
        zh: "请手工将新根证书写入该字面量；`rootfix roots export 名称` 可打印该证书。",
    }
}
