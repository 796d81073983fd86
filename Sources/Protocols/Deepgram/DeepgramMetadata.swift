package import Framing
import Speech

/// The description of a stream, which is sent once before its socket closes.
package struct DeepgramMetadata: Sendable, Equatable {
    package var requestID: String
    /// Time at which the request came: UTC, RFC 3339.
    package var created: String
    /// Duration of the audio, in seconds.
    package var duration: Double
    package var channels: Int
    /// The model that recognized the audio; nil when no audio came.
    package var model: DeepgramModelInfo?
    /// The pairs that the request gave as `extra=key:value`.
    package var extra: [Extra]
    /// The parameters that could not be applied, with the reasons.
    package var warnings: [Warning]

    package struct Warning: Sendable, Equatable {
        package var parameter: String
        package var message: String

        package init(parameter: String, message: String) {
            self.parameter = parameter
            self.message = message
        }

        /// A warning that final words came late. It names the parameter that chooses the model: a smaller model may keep up.
        static var lateFinals: Warning { Warning(parameter: "model", message: LateFinals.text) }

        /// A warning about a parameter that the engine ignores.
        init(ignored name: String) { self.init(parameter: ReportedNames.cut(name), message: IgnoredOptions.warning(name)) }

        /// A warning about a recording, which names the parameter that can change what was heard.
        ///
        /// - Parameter languageParameter: the request's parameter that chooses languages.
        init(_ notice: RecordingNotice, languageParameter: String) {
            self.init(parameter: Self.parameter(of: notice, languageParameter), message: notice.text(by: .parameter))
        }

        /// A warning about a live stream. It names the same parameter as that about a recording, though no live client can choose a track.
        init(live notice: RecordingNotice) {
            self.init(parameter: Self.parameter(of: notice, LanguageParameter.deepgramLive.name), message: RecordingNotices.live(notice))
        }

        private static func parameter(of notice: RecordingNotice, _ languageParameter: String) -> String {
            switch notice {
            case .otherTracks, .silentTrack, .holes, .cut, .damaged: "track"
            case .mixedChannels: "multichannel"
            case .unknownLanguage: languageParameter
            case .untoldSpeakers: "diarize"
            }
        }

        /// Writes the member `warnings`, unless there are none.
        static func write(_ warnings: [Warning], to json: inout JSONWriter) {
            guard !warnings.isEmpty else { return }
            json.key("warnings")
            json.beginArray()
            for warning in warnings {
                json.beginObject()
                json.member("parameter", warning.parameter)
                json.member("type", literal: "unsupported_model")
                json.member("message", warning.message)
                json.endObject()
            }
            json.endArray()
        }
    }

    package struct Extra: Sendable, Equatable {
        package var key: String
        package var value: String

        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }

        static func write(_ extra: [Extra], to json: inout JSONWriter) {
            json.beginObject()
            for pair in extra {
                json.key(escaping: pair.key)
                json.value(pair.value)
            }
            json.endObject()
        }
    }

    package init(
        requestID: String, created: String, duration: Double, channels: Int, model: DeepgramModelInfo? = nil, extra: [Extra] = [],
        warnings: [Warning] = []
    ) {
        self.requestID = requestID
        self.created = created
        self.duration = duration
        self.channels = channels
        self.model = model
        self.extra = extra
        self.warnings = warnings
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", literal: "Metadata")
        json.member("transaction_key", literal: "deprecated")
        json.member("request_id", requestID)
        // The vendor's own value when it did not hash the audio of a live stream.
        json.member("sha256", literal: "incomplete")
        json.member("created", created)
        json.member("duration", duration, decimals: DeepgramWord.timeDecimals)
        json.member("channels", channels)
        if let model { model.writeMembers(to: &json) }
        if !extra.isEmpty {
            json.key("extra")
            Extra.write(extra, to: &json)
        }
        Warning.write(warnings, to: &json)
        json.endObject()
    }
}

/// A model in the form that Deepgram's messages use.
package struct DeepgramModelInfo: Sendable, Equatable {
    package var name: String
    package var version: String
    /// The model family that the client asked for, or the vendor's own name of the family.
    package var architecture: String
    package var uuid: String

    package init(name: String, architecture: String) {
        self.init(EngineModel(name), architecture: architecture)
    }

    /// - Parameter architecture: the model family that the client asked for, where the engine names none.
    init(_ model: EngineModel, architecture: String) {
        name = model.name
        version = model.version ?? "latest"
        self.architecture = model.family ?? architecture
        uuid = model.id ?? DerivedUUID("model/" + model.name).description
    }

    /// Writes an object with `name`, `version` and `arch`.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", name)
        json.member("version", version)
        json.member("arch", architecture)
        json.endObject()
    }

    /// Writes `models` and `model_info` in the form that a request's metadata uses.
    package func writeMembers(to json: inout JSONWriter) {
        let uuid = uuid
        json.key("models")
        json.beginArray()
        json.value(uuid)
        json.endArray()
        json.key("model_info")
        json.beginObject()
        json.key(escaping: uuid)
        write(to: &json)
        json.endObject()
    }
}
