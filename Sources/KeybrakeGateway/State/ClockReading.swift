internal import Glibc

/// The one place where the gateway reads the wall clock.
package enum ClockReading {
    /// Microseconds since 1970.
    package static func microsecondsNow() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
