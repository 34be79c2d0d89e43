internal import Glibc

/// A file that only grows, held by one process at a time.
///
/// A write that fails half way is taken back, so the file always ends with a whole record.
final class AppendFile {
    let path: String
    private var descriptor: Int32
    private var lengthBytes: Int

    private init(path: String, descriptor: Int32, lengthBytes: Int) {
        self.path = path
        self.descriptor = descriptor
        self.lengthBytes = lengthBytes
    }

    deinit { close() }

    var isOpen: Bool { descriptor >= 0 }

    /// Opens the file for appending, creating it and the folders on the way, and takes its lock.
    static func open(_ path: String) throws(CassetteError) -> AppendFile {
        try DiskFile.makeFolders(for: path)
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw DiskFile.failure(path, "open the file for recording") }
        let file = AppendFile(path: path, descriptor: descriptor, lengthBytes: 0)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK
                ? CassetteError(path: path, reason: .inUse) : DiskFile.failure(path, "lock the file")
        }
        return file
    }

    /// The whole content.
    func content(bytesMax: Int) throws(CassetteError) -> [UInt8] {
        let bytes = try DiskFile.readAll(descriptor, path: path, bytesMax: bytesMax)
        lengthBytes = bytes.count
        return bytes
    }

    /// Appends all the bytes or none of them.
    func append(_ bytes: [UInt8]) throws(CassetteError) {
        guard lengthBytes + bytes.count <= CassetteFormat.fileBytesMax else {
            throw CassetteError(path: path, reason: .tooLarge(limitBytes: CassetteFormat.fileBytesMax))
        }
        do throws(CassetteError) {
            try DiskFile.writeAll(bytes, to: descriptor, path: path)
        } catch {
            // Should this fail as well, the torn end is recognised when the file is read.
            _ = ftruncate(descriptor, off_t(lengthBytes))
            throw error
        }
        lengthBytes += bytes.count
    }

    /// Cuts the file off.
    func truncate(toBytes length: Int) throws(CassetteError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw DiskFile.failure(path, "cut off the file") }
        lengthBytes = length
    }

    /// Forces what was written to the disk.
    func sync() throws(CassetteError) {
        guard isOpen else { throw CassetteError(path: path, reason: .closed) }
        guard fsync(descriptor) == 0 else { throw DiskFile.failure(path, "sync the file") }
    }

    /// Makes the file's name survive a power failure.
    func syncFolder() throws(CassetteError) {
        try DiskFile.syncFolder(of: path)
    }

    /// Closes the file and gives up its lock. Closing twice is harmless.
    func close() {
        guard isOpen else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }
}
