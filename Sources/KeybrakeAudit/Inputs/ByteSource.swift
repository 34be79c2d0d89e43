internal import Glibc
internal import KeybrakeCrypto

/// A file read in blocks, hashed as it passes, seen through a window that readers move along.
///
/// The window holds `base[start..<end]`; behind `end` lie at least eight zero bytes, so that a reader may load whole
/// words.
struct ByteSource: ~Copyable {
    /// How much is read at once, in bytes.
    static let blockBytes = 1 << 20
    /// The longest record that the window grows for, in bytes.
    static let recordBytesMax = 16 << 20

    let path: String
    let sizeBytes: Int64
    private(set) var base: UnsafeMutablePointer<UInt8>
    /// The first byte not yet used.
    var start = 0
    /// The place behind the last byte read.
    private(set) var end = 0
    /// The place in the file of `base[0]`.
    private(set) var windowOffset: Int64 = 0
    private(set) var isAtEnd = false
    private var capacity: Int
    private let blockBytes: Int
    private let descriptor: Int32
    private var hasher = SHA256Hasher()

    init(path: String, blockBytes: Int = Self.blockBytes) throws(InputFailure) {
        self.path = path
        self.blockBytes = blockBytes
        capacity = blockBytes * 2
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputFailure("cannot open \(path): \(String(cString: strerror(errno)))") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            throw InputFailure("\(path) is not a regular file")
        }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        sizeBytes = Int64(status.st_size)
        base = .allocate(capacity: capacity + 8)
        base.initialize(repeating: 0, count: capacity + 8)
    }

    deinit {
        base.deallocate()
        Glibc.close(descriptor)
    }

    /// The place in the file of the first byte not yet used.
    var offset: Int64 { windowOffset + Int64(start) }

    /// What the window holds.
    var window: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base + start, count: end - start) }

    /// Reads another block behind what the window holds; `false` at the end of the file.
    ///
    /// - Throws: ``InputFailure`` when reading fails or a record outgrows ``recordBytesMax``.
    mutating func more() throws(InputFailure) -> Bool {
        guard !isAtEnd else { return false }
        try makeRoom()
        let count = Glibc.read(descriptor, base + end, blockBytes)
        guard count >= 0 else { throw InputFailure("cannot read \(path): \(String(cString: strerror(errno)))") }
        guard count > 0 else {
            isAtEnd = true
            return false
        }
        hasher.update(buffer: UnsafeRawBufferPointer(start: base + end, count: count))
        end += count
        (base + end).update(repeating: 0, count: 8)
        return true
    }

    /// Goes to a place in the file, to read a single record again. The digest is then worth nothing.
    mutating func seek(to offset: Int64) {
        lseek(descriptor, off_t(offset), SEEK_SET)
        start = 0
        end = 0
        windowOffset = offset
        isAtEnd = false
    }

    /// Reads to the end and gives the digest of the whole file.
    mutating func digest() throws(InputFailure) -> SHA256Digest {
        repeat { start = end } while try more()
        var finished = SHA256Hasher()
        swap(&hasher, &finished)
        return finished.finish()
    }

    private mutating func makeRoom() throws(InputFailure) {
        let kept = end - start
        if start > 0 {
            base.update(from: base + start, count: kept)
            windowOffset += Int64(start)
            start = 0
            end = kept
        }
        guard kept + blockBytes > capacity else { return }
        guard kept <= Self.recordBytesMax else {
            throw InputFailure("a record at byte \(offset) is longer than \(Self.recordBytesMax) bytes")
        }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2 + 8)
        larger.initialize(repeating: 0, count: capacity * 2 + 8)
        larger.update(from: base, count: kept)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
