import Speech

extension Scenario {
    /// The first lines of a trace.
    var description: [String] {
        var lines = ["audio: \(length) ms; mode: \(mode); client: \(client)"]
        for engine in engines {
            lines.append("engine\(engine.profile.number): \(engine.profile)")
            for (number, fault) in engine.faults.enumerated() {
                if let fault {
                    lines.append("    connection \(number)\(engine.isPersistent && number == engine.faults.count - 1 ? " and later" : ""): \(fault)")
                }
            }
        }
        if !noises.isEmpty { lines.append("noises: \(noises)") }
        if !news.isEmpty { lines.append("news: \(news)") }
        for repairer in repairers { lines.append("engine\(repairer.profile.number), a repairer: \(repairer)") }
        for (channel, words) in spoken.enumerated() {
            lines.append(
                "said in channel \(channel): " + words.map { "\($0.text)[\($0.number) \(Milliseconds.text($0.range))]" }.joined(separator: " "))
        }
        return lines
    }
}
