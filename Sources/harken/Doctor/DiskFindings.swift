import Store

/// The findings about the disks that the gateway writes to, and about what takes the room.
struct DiskFindings {
    let all: [Finding]

    init(_ report: StorageReport) {
        var findings = report.disks.map { disk in
            Finding(
                "disk", Self.outcome(disk),
                "\(ByteText.short(disk.space.free)) of \(ByteText.short(disk.space.total)) free on the disk of \(disk.path)")
        }
        if findings.isEmpty { findings.append(Finding("disk", .note("correct the data directory"), "free space is unknown")) }
        let parts = report.readableParts
        if !parts.isEmpty { findings.append(Finding("room", .ok, parts)) }
        all = findings
    }

    private static func outcome(_ disk: StorageReport.Disk) -> Finding.Outcome {
        let remedy =
            "keep audio for fewer days (HARKEN_AUDIO_DAYS), delete other files, or make the disk larger; deleted conversations make room inside the database"
        if disk.space.free < DiskLevel.minCriticalBytes { return .missing("soon nothing can be stored: " + remedy) }
        return disk.level == .ok ? .ok : .note("a live session writes about 110 MB an hour; " + remedy)
    }
}
