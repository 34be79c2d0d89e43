internal import Glibc

/// The few file operations that cassettes need, with errors that name the file.
enum DiskFile {
    /// The whole file.
    ///
    /// - Throws: ``CassetteError`` when it is missing, unreadable, no regular file or larger than `bytesMax`.
    static func read(_ path: String, bytesMax: Int) throws(CassetteError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? CassetteError(path: path, reason: .notFound) : failure(path, "open the file")
        }
        defer { _ = Glibc.close(descriptor) }
        return try readAll(descriptor, path: path, bytesMax: bytesMax)
    }

    /// The whole content of an open file, from its beginning.
    static func readAll(_ descriptor: Int32, path: String, bytesMax: Int) throws(CassetteError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, "look at the file") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CassetteError(
                path: path, reason: .system(action: "read it", number: EISDIR, text: "it is not a regular file"))
        }
        let size = Int(status.st_size)
        guard size <= bytesMax else { throw CassetteError(path: path, reason: .tooLarge(limitBytes: bytesMax)) }
        var problem: CassetteError?
        // SAFETY: `count` tells how many bytes were read into the buffer, and no other is kept.
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                // SAFETY: `count < size`, so the pointer lies within the buffer and the rest of it is writable.
                let got = pread(descriptor, buffer.baseAddress.map { $0 + count }, size - count, off_t(count))
                if got < 0, errno == EINTR { continue }
                if got < 0 { problem = failure(path, "read the file") }
                guard got > 0 else { return }
                count += got
            }
        }
        if let problem { throw problem }
        return bytes
    }

    /// Writes all bytes at the end of an open file.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(CassetteError) {
        var written = 0
        while written < bytes.count {
            // SAFETY: `written < bytes.count`, so the pointer and the rest lie within the array.
            let put = bytes.withUnsafeBytes { raw in
                write(descriptor, raw.baseAddress.map { $0 + written }, raw.count - written)
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw failure(path, "write to the file") }
            written += put
        }
    }

    /// Puts `bytes` in place of the file in one step: readers see the old content or the new one, never a part.
    static func replace(_ path: String, with bytes: [UInt8]) throws(CassetteError) {
        try makeFolders(for: path)
        let draft = "\(path).\(getpid()).tmp"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path, "write next to the file") }
        do throws(CassetteError) {
            defer { _ = Glibc.close(descriptor) }
            try writeAll(bytes, to: descriptor, path: path)
            guard fsync(descriptor) == 0 else { throw failure(path, "sync the file") }
        } catch {
            unlink(draft)
            throw error
        }
        guard rename(draft, path) == 0 else {
            let problem = failure(path, "rename the new file into its place")
            unlink(draft)
            throw problem
        }
        try syncFolder(of: path)
    }

    /// Makes a new name in the folder survive a power failure.
    static func syncFolder(of path: String) throws(CassetteError) {
        let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "open its folder") }
        defer { _ = Glibc.close(descriptor) }
        // Some file systems cannot sync a folder; there is nothing to lose on those.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path, "sync its folder") }
    }

    /// Makes the folders on the way to a file, as far as they are missing.
    static func makeFolders(for path: String) throws(CassetteError) {
        let folder = folder(of: path)
        var status = stat()
        guard stat(folder, &status) != 0 else { return }
        try makeFolders(for: folder)
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw failure(path, "make its folder") }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The error for the system call that has just failed.
    static func failure(_ path: String, _ action: String) -> CassetteError {
        let number = errno
        switch number {
        case ENOSPC, EDQUOT: return CassetteError(path: path, reason: .diskFull)
        default:
            let text = String(cString: strerror(number))
            return CassetteError(path: path, reason: .system(action: action, number: number, text: text))
        }
    }
}
