internal import Glibc

/// Ends another thread's wait for a descriptor.
final class WakeSignal: Sendable {
    /// Becomes readable for good once ``raise()`` was called; negative when the system gave none.
    let descriptor: Int32

    private let writingEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) == 0 {
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        descriptor = ends[0]
        writingEnd = ends[1]
    }

    deinit {
        for end in [descriptor, writingEnd] where end >= 0 { close(end) }
    }

    func raise() {
        var byte: UInt8 = 1
        _ = write(writingEnd, &byte, 1)
    }

    var isRaised: Bool { Self.wait(for: [descriptor], timeoutMilliseconds: 0)[0] }

    /// Waits until one of the descriptors can be read; which of them can. Negative ones never can.
    static func wait(for descriptors: [Int32], timeoutMilliseconds: Int) -> [Bool] {
        var waits = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&waits, nfds_t(waits.count), Int32(clamping: timeoutMilliseconds)) > 0 else {
            return descriptors.map { _ in false }
        }
        return waits.map { $0.revents != 0 }
    }
}
