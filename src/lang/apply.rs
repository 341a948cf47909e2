//! What is said about changing a file, and undoing it.
//!
//! Where nothing else is said the file is unchanged, and the caller says so together with its name.

use super::sentences;

sentences! {
    not_found() {
        en: "There is no such file.",
        zh: "没有这个文件。",
    }
    check_the_path() {
        en: "Check the path.",
        zh: "请核对路径。",
    }
    in_a_circle() {
        en: "Its symbolic links lead in a circle, so that there is no file at their end.",
        zh: "符号链接循环指向，末端没有文件。",
    }
    mend_the_link() {
        en: "Let the link lead to the file that is meant (`ls -l` shows where it leads).",
        zh: "请让链接指向真正的文件（`ls -l` 可查看其指向）。",
    }
    check_path_and_log() {
        en: "Check the path and, if it is right, the system's log for disk errors.",
        zh: "请核对路径；如路径无误，请查看系统日志中有无磁盘错误。",
    }
    not_a_file() {
        en: "It is not a regular file but a directory, a device, a pipe or a socket.",
        zh: "它不是普通文件，而是目录、设备、管道或套接字。",
    }
    name_a_file() {
        en: "Name the file that holds the certificates.",
        zh: "请指定存放证书的文件。",
    }
    too_large(megabytes) {
        en: "It is larger than {megabytes} MB; no trust store is.",
        zh: "文件超过 {megabytes} MB，信任库不会有这么大。",
    }
    name_a_bundle() {
        en: "Check that this is the certificate bundle that the program uses.",
        zh: "请确认这确实是程序使用的证书包。",
    }
    unreadable() {
        en: "It cannot be read: permission denied.",
        zh: "没有读取该文件的权限。",
    }
    read_error(error) {
        en: "It could not be read: {error}.",
        zh: "读取失败：{error}。",
    }
    no_permission(path) {
        en: "There is no permission to write to {path}.",
        zh: "没有写入 {path} 的权限。",
    }
    run_as_owner() {
        en: "Run the command as the owner of the file, or with sudo.",
        zh: "请以文件属主的身份运行，或使用 sudo。",
    }
    disk_full(path) {
        en: "The disk that holds {path} is full.",
        zh: "{path} 所在的磁盘已满。",
    }
    quota_exceeded(path) {
        en: "The disk quota for {path} is used up.",
        zh: "{path} 的磁盘配额已用完。",
    }
    make_room() {
        en: "Make room for a few times the size of the file, and run the command again.",
        zh: "请腾出相当于该文件数倍大小的空间，然后重新运行。",
    }
    file_size_limit() {
        en: "The file would be larger than this process may write (ulimit -f).",
        zh: "新文件将超过本进程可写的文件大小上限（ulimit -f）。",
    }
    lift_limit() {
        en: "Raise the limit, for example with `ulimit -f unlimited`, and run the command again.",
        zh: "请提高上限（例如 `ulimit -f unlimited`），然后重新运行。",
    }
    read_only(path) {
        en: "The file system that holds {path} is mounted read-only.",
        zh: "{path} 所在的文件系统以只读方式挂载。",
    }
    mount_writable() {
        en: "Mount it writable, or change the image that it comes from; --output FILE writes a new file elsewhere.",
        zh: "请以可写方式重新挂载，或修改其来源镜像；也可用 --output 文件 在别处写出新文件。",
    }
    disk_error(path, error) {
        en: "Writing to {path} failed: {error}.",
        zh: "写入 {path} 失败：{error}。",
    }
    wrote_wrong(path) {
        en: "What was written to {path} read back differently.",
        zh: "写入 {path} 的内容读回后不一致。",
    }
    see_system_log() {
        en: "Look into the system's log for disk errors before you try again.",
        zh: "重试之前，请先查看系统日志中有无磁盘错误。",
    }
    hard_linked(links) {
        en: "It has {links} names (hard links). A new file would take one of them only, and the others would keep the old content.",
        zh: "该文件有 {links} 个名称（硬链接）。用新文件替换只会更新其中一个，其余名称仍指向旧内容。",
    }
    mounted() {
        en: "It is a mount point of its own, as containers mount single files, and cannot be replaced.",
        zh: "该文件本身是一个挂载点（容器挂载单个文件时即如此），无法被替换。",
    }
    directory_not_writable(path) {
        en: "It cannot be replaced, since nothing can be created or renamed in {path}.",
        zh: "{path} 中不能创建或重命名文件，因此无法替换该文件。",
    }
    owner_not_kept(uid, gid) {
        en: "A new file could not be given its owner, group and permissions (user {uid}, group {gid}).",
        zh: "无法让新文件保持原有的属主、属组和权限（用户 {uid}，组 {gid}）。",
    }
    attribute_not_kept(name) {
        en: "A new file could not be given its extended attributes (ACL, security label): {name}.",
        zh: "无法让新文件保持原有的扩展属性（ACL、安全标签）：{name}。",
    }
    force_or_output() {
        en: "--force makes a backup and then writes into the file as it stands; this is not one stroke, and a power failure at that moment can leave it half written. --output FILE writes a new file instead.",
        zh: "--force 会先备份，再直接写入原文件；这不是一步完成的，若恰在此时断电，文件可能只写了一半。也可用 --output 文件 改为写出新文件。",
    }
    foreign_link(real) {
        en: "The path goes through a symbolic link that belongs neither to you, nor to root, nor to the owner of {real}, to which it leads. Whoever laid it chose the file that would be changed.",
        zh: "该路径经过一个符号链接，其属主既不是您，也不是 root，也不是它所指向的 {real} 的属主。要修改哪个文件，竟由放置该链接的人决定。",
    }
    name_the_real_file(real) {
        en: "If {real} is the file you mean, name it directly.",
        zh: "如果确实要修改 {real}，请直接指定它。",
    }
    busy(path) {
        en: "Another rootfix has been at work in {path} for half a minute.",
        zh: "另一个 rootfix 进程已在 {path} 中运行了半分钟。",
    }
    held() {
        en: "Another program has it open and lets nobody else read or replace it.",
        zh: "另一个程序正打开着该文件，并禁止他人读取或替换。",
    }
    stop_the_holder() {
        en: "Stop the service that uses it, then run rootfix again.",
        zh: "请先停止使用该文件的服务，再运行 rootfix。",
    }
    keeps_changing() {
        en: "Another program keeps rewriting it.",
        zh: "另一个程序正在不断改写该文件。",
    }
    try_later() {
        en: "Find out what that process is doing, and run the command again when it has ended.",
        zh: "请弄清该进程在做什么，待其结束后重新运行。",
    }
    no_lock(path, error) {
        en: "{path} cannot be locked against other runs of rootfix: {error}.",
        zh: "无法对 {path} 加锁以防止其他 rootfix 进程同时修改：{error}。",
    }
    force_without_lock() {
        en: "Make sure that no other rootfix is at work there, and use --force.",
        zh: "请确认那里没有其他 rootfix 在运行，然后使用 --force。",
    }
    exists(path) {
        en: "{path} exists already.",
        zh: "{path} 已经存在。",
    }
    choose_another_name() {
        en: "Choose another name, or move that file away.",
        zh: "请换一个名称，或移走该文件。",
    }
    immutable() {
        en: "It is marked as never to be changed (chattr +i or +a).",
        zh: "该文件带有禁止修改的标记（chattr +i 或 +a）。",
    }
    lift_immutable() {
        en: "Somebody did that on purpose. To change it nevertheless: `chattr -ia FILE`, run the command again, set the mark anew.",
        zh: "这是有人特意设置的。如仍要修改：先执行 `chattr -ia 文件`，重新运行本命令，再恢复标记。",
    }
    no_backup_dir(path) {
        en: "The backup directory {path} does not exist.",
        zh: "备份目录 {path} 不存在。",
    }
    make_backup_dir() {
        en: "Create it, readable by yourself alone if the file is.",
        zh: "请先创建该目录；若原文件只有您能读取，目录也应如此。",
    }
    no_place_for_backup(path) {
        en: "No backup can be made in {path}, and nothing is changed without one.",
        zh: "无法在 {path} 中创建备份，而没有备份就不会做任何修改。",
    }
    permissions_not_kept(path) {
        en: "A backup in {path} would be readable by more people than the file itself.",
        zh: "放在 {path} 中的备份会比原文件对更多人可读。",
    }
    give_backup_dir() {
        en: "Name another directory with --backup-dir DIR.",
        zh: "请用 --backup-dir 目录 指定另一个目录。",
    }
    no_backup() {
        en: "There is no backup of this file.",
        zh: "没有该文件的备份。",
    }
    say_where_backups_are() {
        en: "If the backup was made with --backup-dir, give the same directory.",
        zh: "如果备份时用了 --backup-dir，请指定同一目录。",
    }
    damaged(backup) {
        en: "The backup {backup} is missing, belongs to somebody else, or is not what was backed up: its digest differs from the receipt's.",
        zh: "备份 {backup} 缺失、属于他人，或内容与回执记录的摘要不符。",
    }
    unreadable_receipt(receipt) {
        en: "The receipt {receipt} is damaged or belongs to somebody else.",
        zh: "回执 {receipt} 已损坏或属于他人。",
    }
    copy_by_hand() {
        en: "Look at it, and if it is right, copy the backup by hand.",
        zh: "请自行查看；如确认无误，可手工复制备份。",
    }
    changed_since() {
        en: "It has changed since the newest backup; restoring would undo that change too.",
        zh: "最新备份之后文件又有改动，恢复会把这些改动一并撤销。",
    }
    force_restores() {
        en: "`rootfix restore --force FILE` puts the newest backup back all the same; what is there now becomes a backup first.",
        zh: "`rootfix restore --force 文件` 仍可恢复最新备份；现有内容会先行备份。",
    }
    gone() {
        en: "There is no such file any more, but a backup of it.",
        zh: "该文件已不存在，但有它的备份。",
    }
    force_makes_anew() {
        en: "`rootfix restore --force FILE` makes the file anew from the newest backup.",
        zh: "`rootfix restore --force 文件` 会用最新备份重新生成该文件。",
    }
    not_confirmed(error) {
        en: "The file holds the new content, but the system did not confirm that it will outlast a power failure: {error}.",
        zh: "文件已是新内容，但系统未能确认断电后仍会保留：{error}。",
    }
    not_as_written() {
        en: "The file was changed, but right afterwards it no longer held what was written: another program wrote too, or the disk is faulty.",
        zh: "文件已修改，但随后读回的内容与写入的不一致：可能有其他程序同时写入，或磁盘有故障。",
    }
    check_again() {
        en: "Look into the system's log for disk errors, and run `rootfix check` on the file. The backup is complete.",
        zh: "请查看系统日志中有无磁盘错误，并对该文件运行 `rootfix check`。备份是完整的。",
    }
    half_written(error) {
        en: "Writing into the file failed in the middle, and so did taking it back: {error}.",
        zh: "写入文件时中途失败，且未能恢复原状：{error}。",
    }
    restore_with_force() {
        en: "Run `rootfix restore --force FILE`: with --force, because the file is now neither old nor new. The backup is complete.",
        zh: "请运行 `rootfix restore --force 文件`（文件既非旧内容也非新内容，故需要 --force）。备份是完整的。",
    }
    not_put_back(path) {
        en: "Another program changed the file at the same moment, and its version could not be put back: it is in {path}.",
        zh: "另一个程序同时修改了该文件，其版本未能放回原处，现存于 {path}。",
    }
    compare_by_hand() {
        en: "Compare the two by hand, and move that one back if it is the right one.",
        zh: "请自行比较两者；若它才是正确版本，请移回原处。",
    }
}
