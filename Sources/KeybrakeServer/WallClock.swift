#if canImport(Glibc)
    internal import Glibc
#endif

/// The time of day, for `Date` and for when a request arrived. Time-outs use the monotonic clock instead.
enum WallClock {
    /// Microseconds since 1970.
    static func microseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// Seconds since 1970.
    static func unixSeconds() -> Int64 { microseconds() / 1_000_000 }
}
