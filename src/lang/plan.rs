//! What is said about plans.

use super::sentences;

sentences! {
    force_if_meant() {
        en: "If you do mean this file, repeat the command with --force; to look for the right one: `rootfix locate`",
        zh: "如果确实要改这个文件，请加上 --force 重新运行；要查找正确的文件，请运行 `rootfix locate`",
    }
    find_the_bundle() {
        en: "Look for the file that your program really reads: `rootfix locate`",
        zh: "请查找程序真正读取的文件：`rootfix locate`",
    }
}
