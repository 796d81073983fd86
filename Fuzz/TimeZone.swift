import Speech

/// A file of the time zone database is read or refused. A zone that was read has an offset and a day at every moment.
func fuzzTimeZone(_ bytes: RawSpan) {
    guard let name = TimeZoneName("Fuzz/Zone") else { return }
    var file: [UInt8] = []
    for offset in 0..<bytes.byteCount { file.append(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) }
    guard let rules = try? TimeZoneRules(name, file: file) else { return }
    // From 1800 to 2200, and the ends of the calendar.
    for year in Array(stride(from: -170, through: 230, by: 7)) + [-1_969, 8_029] {
        let time = UnixTime(milliseconds: Int64(year) * 31_556_952_000), day = rules.day(of: time)
        precondition(abs(rules.offset(at: time).seconds) <= 93_599, "an offset of more than 26 hours")
        precondition(abs((rules.start(of: day).milliseconds - time.milliseconds) / 1_000) <= 7 * 86_400, "a day that lies elsewhere")
    }
}
