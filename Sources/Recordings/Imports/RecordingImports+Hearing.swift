internal import Speech
internal import Store

extension RecordingImports.Standing {
    /// True if the job has come to its end without the words of its file.
    var hasFailed: Bool { job.status == .error || report?.failed.isEmpty == false }

    /// Returns the job's choices with others of what is heard.
    ///
    /// - Parameters:
    ///   - tracks: the sound tracks; nil: those of the job.
    ///   - separatesChannels: true: each channel by itself; false: their mix; nil: as the job.
    func choices(hearing tracks: TrackChoice?, separatesChannels: Bool?) -> ImportOrder.Choices {
        var choices = order.choices
        if let tracks { choices.tracks = tracks }
        if let separatesChannels { choices.separatesChannels = separatesChannels }
        return choices
    }

    /// Returns true if something else of the file is heard by other choices than this job has heard, which has come to its end: another sound track,
    /// each channel by itself in place of their mix, or their mix. The parameters are those of `choices(hearing:separatesChannels:)`.
    func hasMore(in tracks: TrackChoice?, separatesChannels: Bool?) -> Bool {
        let heard = order.choices, asked = choices(hearing: tracks, separatesChannels: separatesChannels)
        // A file with one track has no other words. The report of a job that was taken from the list is not known.
        if asked.tracks != heard.tracks, heard.tracks == .all || report?.hasOtherTracks ?? true { return true }
        // Of all tracks, each is one channel: the channels of the file itself are not asked for.
        guard asked.tracks != .all else { return false }
        switch (heard.separatesChannels ?? false, asked.separatesChannels ?? false) {
        // Channels that have the same sound, or only one, say nothing else.
        case (false, true): return report?.hasMixedChannels ?? true
        // The channels are not counted in a report.
        case (true, false): return true
        case (false, false), (true, true): return false
        }
    }
}
