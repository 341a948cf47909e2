//! The codes of findings and troubles, and what each of them means: the text behind `rootfix explain`.

use crate::lang::Sentence;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Note,
    /// Some programs, or a later date, make a trouble of it.
    Warning,
    /// It stops programs today, or the rollover will.
    Error,
}

/// What a code means, why it comes up, and what to do.
#[derive(Debug, Clone)]
pub struct Explanation {
    pub meaning: Sentence,
    pub cause: Sentence,
    pub remedy: Sentence,
}

macro_rules! codes {
    ($(
        $variant:ident = $text:literal, $severity:ident {
            meaning: { en: $meaning_en:literal, zh: $meaning_zh:literal $(,)? },
            cause: { en: $cause_en:literal, zh: $cause_zh:literal $(,)? },
            remedy: { en: $remedy_en:literal, zh: $remedy_zh:literal $(,)? } $(,)?
        }
    )*) => {
        /// The permanent name of a kind of finding or trouble, as `--json` shows it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning_en] $variant,)*
        }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// The severity of a finding with this code.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            pub fn explain(self) -> Explanation {
                match self {
                    $(Code::$variant => Explanation {
                        meaning: Sentence::new($meaning_en, $meaning_zh),
                        cause: Sentence::new($cause_en, $cause_zh),
                        remedy: Sentence::new($remedy_en, $remedy_zh),
                    },)*
                }
            }
        }
    };
}

// Grouped by what they speak of; within a group in the order in which a reader meets them.
codes! {
    NewRootMissing = "new-root-missing", Error {
        meaning: {
            en: "The bundle does not hold the root that the rollover adds.",
            zh: "证书包中没有本次更换要添加的新根证书。",
        },
        cause: {
            en: "It was made before the rollover, or by hand with one root only. Once the server presents a chain to the new root, a program that trusts this bundle alone refuses the connection.",
            zh: "该证书包制作于更换之前，或手工制作时只放入了一个根证书。服务器一旦改用新根证书签发的证书链，只信任该证书包的程序就会拒绝连接。",
        },
        remedy: {
            en: "Run `rootfix append FILE`; it keeps what is there and adds the new root.",
            zh: "运行 `rootfix append 文件`：保留原有内容，追加新根证书。",
        },
    }
    OldRootMissing = "old-root-missing", Warning {
        meaning: {
            en: "The bundle does not hold the root that the rollover keeps.",
            zh: "证书包中没有本次更换要求保留的旧根证书。",
        },
        cause: {
            en: "The file is older than that root, or was replaced by a list from which Mozilla has removed it: Mozilla stopped trusting DigiCert Global Root CA for TLS on 2026-04-15.",
            zh: "文件早于该根证书，或已被换成 Mozilla 移除该根证书之后的列表：Mozilla 自 2026-04-15 起不再信任 DigiCert Global Root CA 用于 TLS。",
        },
        remedy: {
            en: "Nothing, if every server has moved on. Where the notice asks for both roots, `rootfix append --with-old FILE` adds the old one too.",
            zh: "如所有服务器都已完成更换，无需处理。若公告要求两个根证书同时存在，用 `rootfix append --with-old 文件` 一并补上旧根证书。",
        },
    }

    // Changing files, and undoing it.
    FileNotFound = "file-not-found", Error {
        meaning: {
            en: "There is no file at the path that was named.",
            zh: "指定的路径上没有文件。",
        },
        cause: {
            en: "The path is misspelt, the file has been moved, or a symbolic link leads nowhere.",
            zh: "路径写错、文件已被移走，或符号链接指向不存在的位置。",
        },
        remedy: {
            en: "Check the path; `rootfix locate` finds the bundles that programs use.",
            zh: "请核对路径；`rootfix locate` 可以找出程序所使用的证书包。",
        },
    }
    NotARegularFile = "not-a-regular-file", Error {
        meaning: {
            en: "The path leads to something that is not a regular file.",
            zh: "该路径指向的不是普通文件。",
        },
        cause: {
            en: "It is a directory, a device, a pipe or a socket; such things are neither read nor written here.",
            zh: "它是目录、设备、管道或套接字；本程序不会读写这类对象。",
        },
        remedy: {
            en: "Name the file that holds the certificates.",
            zh: "请指定存放证书的文件。",
        },
    }
    FileTooLarge = "file-too-large", Error {
        meaning: {
            en: "The file is larger than any trust store.",
            zh: "文件大于任何信任库。",
        },
        cause: {
            en: "Trust stores take up to some three megabytes; files above 16 MB are not read, so that a wrong path costs neither time nor memory.",
            zh: "信任库最大不过三兆字节左右；超过 16 MB 的文件不会被读取，以免路径有误时浪费时间和内存。",
        },
        remedy: {
            en: "Check that the path names the certificate bundle.",
            zh: "请确认该路径指向证书包。",
        },
    }
    NoPermission = "no-permission", Error {
        meaning: {
            en: "The system denied access to the file or to its directory.",
            zh: "系统拒绝访问该文件或其所在目录。",
        },
        cause: {
            en: "The file belongs to another user, or a security policy forbids the access.",
            zh: "文件属于其他用户，或安全策略禁止访问。",
        },
        remedy: {
            en: "Run the command as the owner of the file, or with sudo.",
            zh: "请以文件属主的身份运行，或使用 sudo。",
        },
    }
    ReadOnlyFileSystem = "read-only-file-system", Error {
        meaning: {
            en: "The file system is mounted read-only.",
            zh: "文件系统以只读方式挂载。",
        },
        cause: {
            en: "Container images and some appliances are read-only on purpose; a disk with errors becomes read-only by itself.",
            zh: "容器镜像和某些设备特意设为只读；磁盘出错时也会自动变为只读。",
        },
        remedy: {
            en: "Change the image that the file comes from, mount the file system writable, or write elsewhere with `--output FILE`.",
            zh: "请修改文件的来源镜像、以可写方式重新挂载，或用 `--output 文件` 写到别处。",
        },
    }
    DiskFull = "disk-full", Error {
        meaning: {
            en: "There is no room for the new file and its backup.",
            zh: "没有空间存放新文件及其备份。",
        },
        cause: {
            en: "The disk is full or the user's quota is used up. Both versions of the file exist side by side for a moment.",
            zh: "磁盘已满或用户配额已用完。新旧两个版本会短暂并存。",
        },
        remedy: {
            en: "Make room and run the command again; nothing was changed.",
            zh: "请腾出空间后重新运行；文件没有任何改动。",
        },
    }
    FileSizeLimit = "file-size-limit", Error {
        meaning: {
            en: "The process may not write a file of that size.",
            zh: "本进程不允许写入这么大的文件。",
        },
        cause: {
            en: "A limit was set for the shell or the service (`ulimit -f`, `LimitFSIZE`).",
            zh: "shell 或服务设置了文件大小上限（`ulimit -f`、`LimitFSIZE`）。",
        },
        remedy: {
            en: "Raise the limit and run the command again.",
            zh: "请提高上限后重新运行。",
        },
    }
    DiskError = "disk-error", Error {
        meaning: {
            en: "The system reported an error while reading or writing.",
            zh: "系统在读写时报告错误。",
        },
        cause: {
            en: "A failing disk, a network file system that went away, or a file system with errors.",
            zh: "磁盘故障、网络文件系统断开，或文件系统出错。",
        },
        remedy: {
            en: "Look into the system's log before you try again.",
            zh: "重试之前请先查看系统日志。",
        },
    }
    FileHardLinked = "file-hard-linked", Error {
        meaning: {
            en: "The file has several names (hard links).",
            zh: "该文件有多个名称（硬链接）。",
        },
        cause: {
            en: "A file is replaced by giving its name to a new one. The other names would keep the old content, and programs that use them would not be repaired.",
            zh: "替换文件就是把它的名称交给新文件；其他名称仍指向旧内容，使用它们的程序得不到修复。",
        },
        remedy: {
            en: "Use `--force` to write into the file as it stands, after a backup; or write a new file with `--output FILE`.",
            zh: "用 `--force` 先备份再直接写入原文件；或用 `--output 文件` 写出新文件。",
        },
    }
    FileMounted = "file-mounted", Error {
        meaning: {
            en: "The file is a mount point and cannot be replaced.",
            zh: "该文件是一个挂载点，无法被替换。",
        },
        cause: {
            en: "Docker and Kubernetes mount single files into containers. The file that counts is on the host or in the ConfigMap.",
            zh: "Docker 和 Kubernetes 会把单个文件挂载进容器，真正的文件在宿主机上或 ConfigMap 中。",
        },
        remedy: {
            en: "Repair the file on the host or in the ConfigMap; or use `--force` to write into it as it stands.",
            zh: "请在宿主机上或 ConfigMap 中修复；或用 `--force` 直接写入。",
        },
    }
    DirectoryNotWritable = "directory-not-writable", Error {
        meaning: {
            en: "Nothing can be created or renamed in the file's directory.",
            zh: "文件所在目录中不能创建或重命名文件。",
        },
        cause: {
            en: "A file is replaced by a new one that is made in the same directory, and the directory does not allow that.",
            zh: "替换文件需要先在同一目录中创建新文件，而该目录不允许。",
        },
        remedy: {
            en: "Run the command as the owner of the directory; or use `--force`, with `--backup-dir DIR`, to write into the file as it stands.",
            zh: "请以目录属主的身份运行；或用 `--force` 加 `--backup-dir 目录` 直接写入原文件。",
        },
    }
    OwnerNotKept = "owner-not-kept", Error {
        meaning: {
            en: "A new file could not be given the owner and permissions of the old one.",
            zh: "无法让新文件保持原文件的属主和权限。",
        },
        cause: {
            en: "Only the superuser may give files away, so whoever replaces the file of another user changes its owner.",
            zh: "只有超级用户才能把文件转给他人，因此替换他人的文件会改变其属主。",
        },
        remedy: {
            en: "Run the command as the owner of the file or with sudo; or use `--force` to write into the file as it stands.",
            zh: "请以文件属主的身份或使用 sudo 运行；或用 `--force` 直接写入原文件。",
        },
    }
    AttributesNotKept = "attributes-not-kept", Error {
        meaning: {
            en: "A new file could not be given the extended attributes of the old one.",
            zh: "无法让新文件保持原文件的扩展属性。",
        },
        cause: {
            en: "The file carries an ACL or a security label that only the superuser, or a security policy, may set.",
            zh: "文件带有 ACL 或安全标签，只有超级用户或安全策略才能设置。",
        },
        remedy: {
            en: "Run the command with sudo; or use `--force` to write into the file as it stands.",
            zh: "请使用 sudo 运行；或用 `--force` 直接写入原文件。",
        },
    }
    LinkOfAnotherUser = "link-of-another-user", Error {
        meaning: {
            en: "The path goes through a symbolic link of another user.",
            zh: "该路径经过其他用户的符号链接。",
        },
        cause: {
            en: "A link that belongs neither to you nor to root nor to the owner of the file it leads to may have been laid to make a privileged run change a file of somebody else's choice.",
            zh: "如果链接的属主既不是您、也不是 root、也不是目标文件的属主，它可能是有人故意放置的，以便借特权运行修改他所选定的文件。",
        },
        remedy: {
            en: "Name the file itself, without the link.",
            zh: "请直接指定文件本身，不要经过该链接。",
        },
    }
    FileBusy = "file-busy", Error {
        meaning: {
            en: "Another program is at work on the file or in its directory.",
            zh: "另一个程序正在处理该文件或其所在目录。",
        },
        cause: {
            en: "Runs of rootfix in one directory wait for each other, but not for ever; and a file that is rewritten without pause cannot be changed safely.",
            zh: "同一目录中的 rootfix 进程会互相等待，但不会无限等下去；被不断改写的文件也无法安全修改。",
        },
        remedy: {
            en: "Find out what the other process is doing, and run the command again when it has ended.",
            zh: "请弄清另一个进程在做什么，待其结束后重新运行。",
        },
    }
    LockUnavailable = "lock-unavailable", Error {
        meaning: {
            en: "The directory cannot be locked.",
            zh: "无法对目录加锁。",
        },
        cause: {
            en: "Some network file systems have no locks, so that two runs of rootfix could not wait for each other.",
            zh: "某些网络文件系统不支持锁，两个 rootfix 进程无法互相等待。",
        },
        remedy: {
            en: "Make sure that no other rootfix is at work there, and use `--force`.",
            zh: "请确认那里没有其他 rootfix 在运行，然后使用 `--force`。",
        },
    }
    FileExists = "file-exists", Error {
        meaning: {
            en: "There is a file already where a new one was to be made.",
            zh: "要创建新文件的位置已有文件。",
        },
        cause: {
            en: "An output never replaces a file unasked.",
            zh: "未经要求，输出不会覆盖已有文件。",
        },
        remedy: {
            en: "Choose another name, or move that file away.",
            zh: "请换一个名称，或移走该文件。",
        },
    }
    FileImmutable = "file-immutable", Error {
        meaning: {
            en: "The file is marked as never to be changed.",
            zh: "该文件带有禁止修改的标记。",
        },
        cause: {
            en: "Somebody ran `chattr +i` or `chattr +a` on it, often to keep other programs from overwriting it.",
            zh: "有人对它执行过 `chattr +i` 或 `chattr +a`，通常是为了防止其他程序覆盖。",
        },
        remedy: {
            en: "Ask who did it and why; then `chattr -ia FILE`, the command again, and the mark anew.",
            zh: "请先弄清是谁、为何设置；然后执行 `chattr -ia 文件`，重新运行本命令，再恢复标记。",
        },
    }
    NoPlaceForBackup = "no-place-for-backup", Error {
        meaning: {
            en: "No backup can be made, so nothing is changed.",
            zh: "无法创建备份，因此不做任何修改。",
        },
        cause: {
            en: "The directory for backups does not exist, cannot be written to, or cannot keep a backup from being read by more people than the file.",
            zh: "备份目录不存在、不可写，或无法保证备份不被更多人读取。",
        },
        remedy: {
            en: "Name another directory with `--backup-dir DIR`.",
            zh: "请用 `--backup-dir 目录` 指定另一个目录。",
        },
    }
    NoBackup = "no-backup", Error {
        meaning: {
            en: "There is no backup of the file.",
            zh: "没有该文件的备份。",
        },
        cause: {
            en: "rootfix has not changed it, or its backups are in another directory, or they were removed.",
            zh: "rootfix 没有改动过它，或备份在别的目录，或备份已被删除。",
        },
        remedy: {
            en: "Name the directory of the backups with `--backup-dir DIR`.",
            zh: "请用 `--backup-dir 目录` 指定备份所在目录。",
        },
    }
    BackupDamaged = "backup-damaged", Error {
        meaning: {
            en: "A backup or its receipt cannot be relied on.",
            zh: "备份或其回执不可信。",
        },
        cause: {
            en: "It is missing, was changed since, or belongs to a user who is neither you nor root nor the owner of the file.",
            zh: "它已缺失、事后被改动，或其属主既不是您、也不是 root、也不是文件属主。",
        },
        remedy: {
            en: "Look at the backup; if it is right, copy it by hand.",
            zh: "请查看该备份；如确认无误，可手工复制。",
        },
    }
    ChangedSinceBackup = "changed-since-backup", Error {
        meaning: {
            en: "The file has changed since the newest backup.",
            zh: "最新备份之后文件又有改动。",
        },
        cause: {
            en: "Somebody else changed it after rootfix did; restoring the backup would undo that too.",
            zh: "rootfix 修改之后又有人改动了它，恢复备份会把那些改动一并撤销。",
        },
        remedy: {
            en: "Compare the two, then use `rootfix restore --force FILE`; what is there now is backed up first.",
            zh: "请比较两者，然后用 `rootfix restore --force 文件`；现有内容会先行备份。",
        },
    }
    WriteNotConfirmed = "write-not-confirmed", Error {
        meaning: {
            en: "The file was changed, but what is there now is not certain.",
            zh: "文件已被修改，但目前的内容无法确认。",
        },
        cause: {
            en: "The disk reported an error after the change, or another program wrote at the same moment.",
            zh: "修改之后磁盘报告错误，或有其他程序同时写入。",
        },
        remedy: {
            en: "Look into the system's log, run `rootfix check FILE`, and compare with the backup, which is complete.",
            zh: "请查看系统日志，运行 `rootfix check 文件`，并与完整的备份比较。",
        },
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text).ok_or(())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_explained_in_both_languages() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            let Explanation { meaning, cause, remedy } = code.explain();
            for sentence in [meaning, cause, remedy] {
                assert!(sentence.en.ends_with('.'), "{code}: {}", sentence.en);
                assert!(sentence.zh.ends_with('。'), "{code}: {}", sentence.zh);
            }
        }
    }
}
