internal import CAVFormat
internal import Speech

/// An opened container: its sound tracks, its clock and its packets.
///
/// Only the containers on the list of `LibAV` are opened; no other file is ever opened.
final class MediaContainer {
    private let input: MediaInput
    private let isLive: Bool
    private var format: UnsafeMutablePointer<AVFormatContext>?
    /// The sound tracks in the order of the file, those that cannot be decoded included.
    private(set) var tracks: [SoundTrack] = []
    /// The size or the length that the file's own headers promise.
    private let promise: ContainerPromise
    /// Streams whose packets are wanted.
    private var chosen: Set<Int> = []
    /// Time, by the container's clock, that a player shows as 0:00; nil until the first packet of a live stream tells it.
    private(set) var origin: Duration?
    /// Time of the latest packet of any stream, for containers in which the picture tells where the file ends.
    private var latest: Duration?
    /// True if the last packet that was read was not whole.
    private(set) var endsInsidePacket = false
    /// Times of pages of Ogg behind lost ones; nil for other containers.
    private var pages: OggPageTimes?

    /// Latest first time stamp that counts as a late start. A greater one comes from a stream that was recorded from its middle.
    private static let latestStart: Duration = .seconds(3_600)
    private static let latestLiveStart: Duration = .seconds(10)

    /// - Parameter isLive: true: the container is known from as few bytes as possible; false: more may be read ahead to learn about the streams.
    init(_ input: MediaInput, hint: MediaHint, isLive: Bool) throws(MediaError) {
        self.input = input
        self.isLive = isLive
        _ = LibAV.isPrepared
        promise = isLive || hint.demuxer != nil ? ContainerPromise() : ContainerPromise(of: input)
        guard input.size != 0 else { throw .emptyFile }
        try open(hint)
        guard let format else { throw .outOfMemory }
        for index in 0..<Int(format.pointee.nb_streams) {
            guard let stream = format.pointee.streams[index], isAudio(stream), let parameters = stream.pointee.codecpar else { continue }
            let metadata = stream.pointee.metadata
            tracks.append(
                SoundTrack(
                    stream: index, name: name(of: metadata), isDefault: harken_av_is_default(stream.pointee.disposition) != 0,
                    isExtra: harken_av_is_extra(stream.pointee.disposition) != 0, isDecodable: LibAV.canDecode(parameters.pointee.codec_id)))
        }
        origin = knownOrigin
        if formatName == "ogg" { pages = OggPageTimes(input) }
    }

    deinit { avformat_close_input(&format) }

    private func name(of metadata: OpaquePointer?) -> String {
        let title = LibAV.text("title", in: metadata)
        if !title.isEmpty { return title }
        let handler = LibAV.text("handler_name", in: metadata)
        // Programs that name no track write these.
        if !handler.isEmpty, handler != "SoundHandler", handler != "Core Media Audio" { return handler }
        let language = LibAV.text("language", in: metadata)
        return language == "und" ? "" : language
    }

    private func isAudio(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        guard let parameters = stream.pointee.codecpar else { return false }
        return parameters.pointee.codec_type == AVMEDIA_TYPE_AUDIO && parameters.pointee.codec_id != AV_CODEC_ID_NONE
    }

    /// Chooses the tracks whose packets are read, and returns their decoders.
    func choose(_ numbers: [Int]) throws(MediaError) -> [TrackDecoder] {
        guard let format else { throw .outOfMemory }
        var decoders: [TrackDecoder] = []
        for number in numbers where tracks.indices.contains(number) {
            guard let stream = format.pointee.streams[tracks[number].stream] else { continue }
            decoders.append(try TrackDecoder(stream, countsSamples: countsSamples))
        }
        guard !decoders.isEmpty else {
            throw .undecodable(format.pointee.nb_streams == 0 ? "the file holds no audio" : "the file has no audio track that can be decoded")
        }
        chosen = Set(decoders.map(\.stream))
        if origin != nil, !needsPicture { discardOthers() }
        return decoders
    }

    /// Opens the next link of a chained Ogg, at which reading has ended; returns nil where none begins. The link's time begins anew.
    func openNextLink() throws(MediaError) -> MediaContainer? {
        guard let place = pages?.nextLink else { return nil }
        guard input.goBack(toOggPage: place) else { throw .undecodable("the next part of the stream cannot be read") }
        var hint = try MediaHint(.container)
        hint.demuxer = "ogg"
        return try MediaContainer(input, hint: hint, isLive: isLive)
    }

    private func discardOthers() {
        guard let format else { return }
        for index in 0..<Int(format.pointee.nb_streams) where !chosen.contains(index) {
            format.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
        }
    }

    /// The outcome of reading.
    enum Reading {
        /// A packet of a chosen track.
        case packet(stream: Int)
        /// A packet of another stream, or none that can be used.
        case other
        case end
        /// The bytes end at a cut, or at damage that cannot be passed. The sound up to here is kept.
        case broken
    }

    /// Reads the next packet into `packet`, which the caller gives back with `av_packet_unref`.
    func read(_ packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Reading {
        let code = pages?.next(packet, of: format) ?? av_read_frame(format, packet)
        guard code >= 0 else {
            if input.isCancelled { throw .cancelled }
            if code == harken_av_error(ENOMEM) { throw .outOfMemory }
            return code == harken_av_end() ? .end : .broken
        }
        let index = Int(packet.pointee.stream_index)
        guard let format, index >= 0, index < Int(format.pointee.nb_streams), let stream = format.pointee.streams[index] else { return .other }
        let time = LibAV.time(of: packet, stream.pointee.time_base)
        if origin == nil, let time {
            // Samples that an encoder put in front are not heard.
            origin = shownAsZero(first: time + LibAV.skipped(packet, hertz: hertz(of: index)))
            if !needsPicture { discardOthers() }
        }
        if needsPicture, let time { latest = max(latest ?? time, time) }
        // An empty packet would tell a decoder that there are no more.
        guard chosen.contains(index), packet.pointee.size > 0 else { return .other }
        endsInsidePacket = packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 && !hasWholeBlocks(packet, of: index)
        return .packet(stream: index)
    }

    /// True if a packet consists of whole samples or blocks, in a container whose packets are no parts of the file: libav reads some thousand bytes
    /// at a time, and calls the last ones damaged where the header does not tell how many there are.
    private func hasWholeBlocks(_ packet: UnsafeMutablePointer<AVPacket>, of stream: Int) -> Bool {
        guard ["wav", "w64", "caf"].contains(formatName), let parameters = format?.pointee.streams[stream]?.pointee.codecpar else { return false }
        let size = Int(packet.pointee.size), block = Int(parameters.pointee.block_align)
        // Writers of frames of any size, such as MP3, put 1 there.
        if block > 1 { return size % block == 0 }
        return av_get_exact_bits_per_sample(parameters.pointee.codec_id) == 8
    }
}

// MARK: Opening

extension MediaContainer {
    private func open(_ hint: MediaHint) throws(MediaError) {
        guard let context = avformat_alloc_context() else { throw .outOfMemory }
        format = context
        context.pointee.pb = input.context
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        context.pointee.max_streams = MediaLimits.streams
        // A container that refers to another file gets an error.
        context.pointee.io_open = { _, _, _, _, _ in harken_av_error(EPERM) }

        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "protocol_whitelist", "none", 0)
        av_dict_set(&options, "codec_whitelist", LibAV.decoders, 0)
        for (name, value) in hint.options { av_dict_set(&options, name, value, 0) }
        if isLive {
            // Limit of the bytes that libav reads before it decides about the format: a second or two of speech, in place of its default of five
            // megabytes.
            av_dict_set(&options, "probesize", "32768", 0)
            av_dict_set(&options, "formatprobesize", "32768", 0)
        }
        var demuxer: UnsafePointer<AVInputFormat>?
        if let name = hint.demuxer {
            demuxer = av_find_input_format(name)
            guard demuxer != nil else { throw .undecodable("this machine's libav does not read \(name)") }
        } else {
            av_dict_set(&options, "format_whitelist", hint.containers, 0)
        }
        // On failure the function frees the context and sets nil.
        let code = avformat_open_input(&format, nil, demuxer, &options)
        guard code >= 0, let opened = format else { throw failure(code) }
        guard !isLive || needsReadingAhead(opened) else { return }
        let found = avformat_find_stream_info(opened, nil)
        guard found >= 0, !input.isCancelled else { throw failure(found) }
    }

    /// True if the streams are known only after the first packets, as in some containers.
    private func needsReadingAhead(_ format: UnsafeMutablePointer<AVFormatContext>) -> Bool {
        guard format.pointee.ctx_flags & AVFMTCTX_NOHEADER == 0 else { return true }
        return !(0..<Int(format.pointee.nb_streams)).contains { format.pointee.streams[$0].map(isAudio) ?? false }
    }

    private func failure(_ code: Int32) -> MediaError {
        switch code {
        case _ where input.isCancelled: .cancelled
        case harken_av_error(ENOMEM): .outOfMemory
        case _ where promise.lacksIndex:
            .undecodable("the file is cut off: its index, which comes after its sound, is missing, and without it nothing can be decoded")
        case harken_av_invalid(), harken_av_end(): .undecodable("the bytes are not audio or video of a known kind")
        case harken_av_error(EIO), harken_av_error(EISDIR): .unreadable("the file cannot be read: \(LibAV.text(of: code))")
        default: .undecodable("the bytes are not audio or video of a known kind: \(LibAV.text(of: code))")
        }
    }
}

// MARK: Time

extension MediaContainer {
    private var formatName: String { format?.pointee.iformat?.pointee.name.map { String(cString: $0) } ?? "" }

    var isMP4: Bool { formatName.hasPrefix("mov,") }

    private var isMatroska: Bool { formatName.hasPrefix("matroska,") }

    /// True for containers whose clock players show as it is. They show others from the first time stamp on.
    private var startsAtZero: Bool { isMP4 || isMatroska }

    /// True for ASF, whose header counts the end from the container's zero, also where the first time stamp is later.
    private var isASF: Bool { formatName == "asf" }

    /// True for containers whose packets of sound have no times. libav makes some: in AVI from the size of a block in the header, which has no meaning
    /// for E-AC-3, DTS and Vorbis; for bare frames of AAC from the first frame's rate, which may change. Only the start of a stream is told.
    private var countsSamples: Bool { formatName == "avi" || formatName == "aac" }

    /// True if the picture's packets are read as well: they alone tell whether the file ends before the end that its header declares.
    private var needsPicture: Bool { !isLive && formatName == "flv" && hasPicture }

    /// True if the container has a moving picture.
    private var hasPicture: Bool { (0..<Int(format?.pointee.nb_streams ?? 0)).contains(where: isPicture) }

    /// True if the container has one sound track and no picture.
    var isSoundAlone: Bool { tracks.count == 1 && !hasPicture }

    private func isPicture(_ index: Int) -> Bool {
        guard let stream = format?.pointee.streams[index] else { return false }
        return stream.pointee.codecpar?.pointee.codec_type == AVMEDIA_TYPE_VIDEO && harken_av_is_picture(stream.pointee.disposition) == 0
    }

    /// First time stamp of any stream, where libav has read ahead.
    private var firstStamp: Duration? {
        guard let format, format.pointee.start_time != harken_av_no_time() else { return nil }
        return .microseconds(format.pointee.start_time)
    }

    private var knownOrigin: Duration? {
        guard let firstStamp else { return startsAtZero ? .zero : nil }
        let origin = shownAsZero(first: firstStamp)
        // H.264 in Matroska has no order of decoding, so libav does not know when the picture begins, and takes the start of the sound. The first
        // packet tells.
        return isMatroska && hasPicture && origin > .zero ? nil : origin
    }

    /// Returns the time that players show as 0:00, by the first time stamp of any stream.
    private func shownAsZero(first: Duration) -> Duration { startsAtZero && first <= latestFirst ? .zero : first }

    /// Latest first time stamp of any stream that counts as a late start.
    private var latestFirst: Duration { isLive ? Self.latestLiveStart : Self.latestStart }

    /// Time at which the recording began, by the container; nil when it does not tell. MP4, QuickTime and Matroska have such a time, in UTC.
    ///
    /// Android writes an MP4's header when a recording stops, with the time of that moment.
    ///
    /// Source: Android's `MPEG4Writer.cpp` (`writeMvhdBox`, `addDeviceMeta`), read 2026-11-30.
    var recorded: UnixTime? {
        let tags = format?.pointee.metadata
        guard let stated = UnixTime(moment: LibAV.text("creation_time", in: tags)) else { return nil }
        guard !LibAV.text("com.android.version", in: tags).isEmpty, let length = formatLength else { return stated }
        return stated + (.zero - length)
    }

    /// Number of samples in a second by the container; 0 when it does not tell.
    func hertz(of stream: Int) -> Int { format.flatMap { $0.pointee.streams[stream]?.pointee.codecpar.map { Int($0.pointee.sample_rate) } } ?? 0 }

    /// Limits of the silence that time stamps may make.
    var clockLimits: SoundClock.Limits {
        let start = Self.latestSound(first: firstStamp, origin: origin, latest: latestFirst)
        // A stream that arrives now: nobody waits for hours of silence that a time stamp claims.
        if isLive { return SoundClock.Limits(start: start, hole: .seconds(300), total: .seconds(3_600)) }
        // The clock of broadcasts and of joined recordings may begin anew at any number.
        let mayJump = (format?.pointee.iformat?.pointee.flags ?? 0) & AVFMT_TS_DISCONT != 0
        return SoundClock.Limits(start: start, hole: mayJump ? .seconds(60) : .seconds(86_400))
    }

    /// Returns the latest place on the time line at which sound is believed to begin.
    ///
    /// The first time stamp of all streams decides whether the container's zero is believed, and that for all of them. Sound may then begin later than
    /// the first stream: it keeps its distance to the picture.
    ///
    /// - Parameters:
    ///   - first: first time stamp of any stream; nil when it is not known.
    ///   - origin: time that a player shows as 0:00; nil when it is not known yet.
    ///   - latest: latest first time stamp that counts as a late start.
    static func latestSound(first: Duration?, origin: Duration?, latest: Duration) -> Duration {
        guard let first, let origin, first > origin else { return latest }
        return latest + min(first - origin, latest)
    }

    /// The end beyond which no hole reaches; nil when it is not known. A fragmented MP4 declares its end piece by piece.
    var believedEnd: Duration? { isLive || isDurationGuessed ? nil : length }

    /// Samples of an encoder's delay that may or may not be part of the container's clock; 0 where the container tells.
    ///
    /// The encoders of AAC and MP3 put about a thousand samples of silence in front. Where the sound is the first thing in a container that does not
    /// tell, writers have moved the whole file to later by the delay, or have not: programs disagree. Half of the delay is then within 0.05 s for
    /// either reading. Sound that begins later has the delay in its time stamps. Most MP4 files have it in an edit list, and fragmented ones do not.
    func untoldDelay(_ stream: Int, firstPacket packet: UnsafeMutablePointer<AVPacket>) -> Int {
        // Frames without a container have no clock: players show what they decode.
        guard formatName != "aac", let format, let track = format.pointee.streams[stream], let parameters = track.pointee.codecpar,
            parameters.pointee.initial_padding == 0, av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, nil) == nil
        else { return 0 }
        if let time = LibAV.time(packet.pointee.pts, track.pointee.time_base), let origin, time - origin > .milliseconds(10) { return 0 }
        return switch parameters.pointee.codec_id {
        case AV_CODEC_ID_AAC, AV_CODEC_ID_AAC_LATM: 1_024
        case AV_CODEC_ID_MP3: 1_105
        default: 0
        }
    }

    /// True if libav computed the duration from a bit rate, as for MP3 without an index.
    var isDurationGuessed: Bool { format?.pointee.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE }

    /// True if the durations are those of the file's headers. libav makes others from the bytes that are there, so a file that is cut seems whole by them.
    /// That of Ogg is the last page's time, and those of a cut AVI shrink with the file.
    private var isDurationDeclared: Bool {
        format?.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM && !["ogg", "avi"].contains(formatName)
    }

    /// End of the picture on the time line by the container; nil when there is no picture, or the container has no end of its own for it.
    private var pictureEnd: Duration? {
        guard let format else { return nil }
        return (0..<Int(format.pointee.nb_streams)).filter(isPicture).compactMap { trackEnd($0) }.max()
    }

    /// Duration of the whole file by the container; nil when it does not tell.
    private var formatLength: Duration? {
        guard let format, format.pointee.duration != harken_av_no_time(), format.pointee.duration > 0 else { return nil }
        let length = Duration.microseconds(format.pointee.duration)
        return startsAtZero || isASF ? Self.end(length, from: origin ?? .zero) : length
    }

    /// Returns the end that a header declares, on the time line. Some writers count it from 0, and others from the first time stamp, the origin.
    static func end(_ declared: Duration, from origin: Duration) -> Duration { declared > origin ? declared - origin : declared }

    /// End of one track on the time line by the container; nil when the container has no end of its own for the track.
    private func trackEnd(_ stream: Int) -> Duration? {
        guard let format, let track = format.pointee.streams[stream] else { return nil }
        let base = track.pointee.time_base
        // Matroska's tracks have their ends in tags, counted from the container's zero. libav puts the whole file's length, and the start of
        // the sound, in place of what it does not know of a picture.
        if !isMatroska, track.pointee.duration > 0, let declared = LibAV.time(track.pointee.duration, base) {
            let length = isASF ? Self.end(declared, from: origin ?? .zero) : declared
            guard let origin, let start = LibAV.time(track.pointee.start_time, base), start > origin else { return length }
            return length + (start - origin)
        }
        return Self.tagged(LibAV.text("DURATION", in: track.pointee.metadata)).map { Self.end($0, from: origin ?? .zero) }
    }

    /// Parses the length that Matroska's writers tag a track with, such as `00:00:16.123000000`; nil for other texts.
    private static func tagged(_ text: String) -> Duration? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hours = Double(parts[0]), let minutes = Double(parts[1]), let seconds = Double(parts[2]) else { return nil }
        let all = hours * 3_600 + minutes * 60 + seconds
        return all.isFinite && all > 0 && all < 1e9 ? .seconds(all) : nil
    }

    /// Length of the file on the time line: by the container, or by the file size; nil when neither gives it.
    var length: Duration? {
        let ends = chosen.compactMap { trackEnd($0) }.max()
        // A picture may go on after the sound.
        let declared = hasPicture || tracks.count > 1 || ends == nil ? [ends, pictureEnd ?? formatLength].compactMap { $0 }.max() : ends
        // A truncated file still has its original header. Uncompressed audio cannot be longer than the file.
        guard !hasPicture, tracks.count == 1, let stream = chosen.first, let most = longestUncompressed(stream) else { return declared }
        return min(declared ?? most, most)
    }

    private func longestUncompressed(_ stream: Int) -> Duration? {
        guard let size = input.size, let parameters = format?.pointee.streams[stream]?.pointee.codecpar else { return nil }
        let bits = Int64(av_get_exact_bits_per_sample(parameters.pointee.codec_id))
        let perSecond = bits * Int64(parameters.pointee.sample_rate) * Int64(parameters.pointee.ch_layout.nb_channels)
        guard perSecond > 0 else { return nil }
        return .seconds(Double(size) * 8 / Double(perSecond))
    }

    /// End of the file on the time line, to which silence follows the sound: the picture's, or another track's. nil when the sound itself is the end.
    var fileEnd: Duration? {
        guard !isLive, hasPicture || tracks.count > 1, !isDurationGuessed else { return nil }
        return pictureEnd ?? formatLength
    }

    /// True if the sound ends before the container's own end of it by more than encoders round.
    func endsEarly(at end: Duration) -> Bool {
        guard !isLive, !isDurationGuessed, let own = chosen.compactMap({ trackEnd($0) }).max() else { return false }
        return own - end > .milliseconds(250)
    }

    /// Share of a declared length by which sound may end early, and the least difference that counts; encoders round a little.
    private static let tolerance = (share: 0.02, least: Duration.seconds(1))

    /// The notice of a file that ends before its own end; nil when nothing shows that.
    ///
    /// - Parameters:
    ///   - end: end of the sound that was decoded.
    ///   - isBroken: true if reading ended at damage.
    func cut(at end: Duration, isBroken: Bool) -> RecordingNotice? {
        if isLive { return endsInsidePacket || isBroken || input.endsInsidePart ? .cut(at: end, of: nil) : nil }
        let own = isDurationGuessed ? nil : chosen.compactMap { trackEnd($0) }.max(), whole = isDurationGuessed ? nil : formatLength
        // The picture may go on after the sound, so its length promises no sound.
        let promised = promise.length ?? own ?? (hasPicture ? nil : whole)
        let isShort = promised.map { $0 - end > Self.tolerance.least && ($0 - end) / $0 > Self.tolerance.share } ?? false
        // libav passes over damage in Matroska to the next cluster. Where no later one has sound, the file has all its bytes, and the sound ends early.
        let countsLength = !promise.isExact || isMatroska && (own != nil || isSoundAlone)
        let hasEnded = promised != nil && !isShort
        let isPictureShort =
            if let latest, let whole, let origin { whole - (latest - origin) > Self.tolerance.least } else { false }
        guard promise.isBroken || isPictureShort || isShort && countsLength || (endsInsidePacket || isBroken) && !hasEnded else { return nil }
        let ends: [Duration?] = isDurationDeclared ? [own ?? (hasPicture ? nil : whole), hasPicture ? pictureEnd ?? whole : nil] : []
        let declared = (ends + [promise.length]).compactMap { $0 }.max()
        return .cut(at: end, of: declared.flatMap { $0 - end > .milliseconds(500) ? $0 : nil })
    }
}
