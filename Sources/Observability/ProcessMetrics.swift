internal import Glibc
package import Speech

/// Metrics of this process, with the names that Prometheus' own clients use.
///
/// Source: Prometheus "Writing client libraries", section "Process metrics".
package struct ProcessMetrics: Sendable {
    /// The start of the process, to the second.
    let startedAt: UnixTime

    package init(startedAt: UnixTime) { self.startedAt = startedAt }

    /// Returns the metrics in the Prometheus text format. Metrics that the system does not give are left out.
    package func rendered() -> String {
        var text = ""
        func add(_ name: String, _ type: String, _ help: String, _ value: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name) \(value)\n"
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            let seconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
            add("process_cpu_seconds_total", "counter", "User and system CPU time in seconds.", "\(seconds)")
        }
        if let pages = Self.pages() {
            let size = Int(sysconf(Int32(_SC_PAGESIZE)))
            add("process_virtual_memory_bytes", "gauge", "Virtual memory in bytes.", "\(pages.virtual * size)")
            add("process_resident_memory_bytes", "gauge", "Resident memory in bytes.", "\(pages.resident * size)")
        }
        if let count = Self.descriptorCount() { add("process_open_fds", "gauge", "Open file descriptors.", "\(count)") }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            add("process_max_fds", "gauge", "Maximum number of open file descriptors.", "\(limit.rlim_cur)")
        }
        let start = "\(startedAt.milliseconds / 1_000)"
        add("process_start_time_seconds", "gauge", "Start of the process in seconds since 1970.", start)
        return text
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }

    /// Returns the sizes of the process's memory, in pages.
    private static func pages() -> (virtual: Int, resident: Int)? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let numbers = text.split(separator: " ").compactMap { Int($0) }
        return numbers.count > 1 ? (numbers[0], numbers[1]) : nil
    }

    private static func descriptorCount() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // The folder itself, its parent, and the descriptor that reads the folder.
        return max(0, count - 3)
    }
}
