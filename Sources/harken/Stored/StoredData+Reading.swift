import Conversations
import Framing
import Protocols
import Speech
import Store

// Stored data as the API writes it. Each initializer returns nil when a member that it needs is missing.

extension Conversation {
    /// Reads everything but segments. The user is not part of the answer.
    init?(_ view: JSONView) {
        guard let id = view["id"].string, let status = view["status"].string.flatMap(Status.init(rawValue:)),
            let started = view["started_at"].string.flatMap({ UnixTime(rfc3339: $0) }),
            let finished = view["finished_at"].string.flatMap({ UnixTime(rfc3339: $0) })
        else { return nil }
        self.init(
            id: ID(id), user: .local, status: status, source: view["source"].string ?? "",
            language: view["language"].string.flatMap { LanguageTag($0) },
            title: view["title"].string, summary: view["summary"].string, started: started, finished: finished, call: view["call_id"].string)
    }
}

extension Person {
    init?(_ view: JSONView) {
        guard let id = view["id"].string, let name = view["name"].string, let created = view["created_at"].string.flatMap({ UnixTime(rfc3339: $0) })
        else { return nil }
        self.init(id: ID(id), name: name, created: created)
    }
}

extension KnownVoice {
    init?(_ view: JSONView) {
        guard let id = view["id"].string, let label = view["label"].string, let evidence = view["evidence"].double,
            let created = view["created_at"].string.flatMap({ UnixTime(rfc3339: $0) })
        else { return nil }
        let owner: Voice.Owner = view["is_user"].bool == true ? .user : view["person_id"].string.map { .person(ID($0)) } ?? .nobody
        let adoption = view["adoption"]["adopted_at"].string.flatMap { UnixTime(rfc3339: $0) }.map {
            Voice.Adoption($0, distance: Float(view["adoption"]["distance"].double ?? 0))
        }
        self.init(id: ID(id), label: label, owner: owner, evidence: .seconds(evidence), created: created, adoption: adoption)
    }
}

extension ListedDelivery {
    /// The user and the session are not part of the answer.
    init?(_ view: JSONView) {
        guard let id = view["id"].string, let conversation = view["conversation_id"].string,
            let content = view["webhook"].string.flatMap({ WebhookDelivery.Content(rawValue: $0) }),
            let started = view["started_at"].string.flatMap({ UnixTime(rfc3339: $0) })
        else { return nil }
        let delivery = WebhookDelivery(
            id: ID(id), user: .local, content: content, conversation: ID(conversation), failures: view["failures"].int ?? 0,
            failingSince: view["failing_since"].string.flatMap { UnixTime(rfc3339: $0) })
        let status = view["receiver_status"].int, givenUp = view["given_up_at"].string.flatMap { UnixTime(rfc3339: $0) }
        let due = view["next_attempt_at"].string.flatMap { UnixTime(rfc3339: $0) } ?? givenUp ?? started
        let failure = view["cause"].string.flatMap { cause in DeliveryFailure(stored: status.map { "\(cause):\($0)" } ?? cause) }
        self.init(delivery, title: view["title"].string, started: started, failure: failure, due: due, givenUp: givenUp)
    }
}

extension DeletedConversation {
    init?(_ view: JSONView) {
        guard let id = view["id"].string, let started = view["started_at"].string.flatMap({ UnixTime(rfc3339: $0) }),
            let deleted = view["deleted_at"].string.flatMap({ UnixTime(rfc3339: $0) }),
            let keptUntil = view["kept_until"].string.flatMap({ UnixTime(rfc3339: $0) })
        else { return nil }
        self.init(
            id: ID(id), title: view["title"].string, started: started, duration: .seconds(view["duration"].double ?? 0), deleted: deleted,
            keptUntil: keptUntil, audioBytes: Int64(view["audio_bytes"].int ?? 0))
    }
}

extension SearchHit {
    init?(_ view: JSONView) {
        guard let conversation = view["conversation_id"].string, let segment = view["segment_id"].string, let start = view["start"].double,
            let started = view["started_at"].string.flatMap({ UnixTime(rfc3339: $0) }), let snippet = view["snippet"].string,
            let score = view["score"].double
        else { return nil }
        let who: SpeakerIdentity.Who =
            if view["is_user"].bool == true { .user } else if let person = view["person_id"].string {
                .person(ID(person))
            } else if let voice =
                view["voice_id"].string
            { .voice(ID(voice)) } else { .unknown }
        self.init(
            conversation: ID(conversation), segment: ID(segment), start: .milliseconds(Int64((start * 1_000).rounded())), started: started,
            title: view["title"].string, snippet: Snippet(marked: snippet), score: score,
            speaker: view["speaker"].string.flatMap { Int($0.dropFirst("SPEAKER_".count)) }.map { SpeakerNumber($0) }, who: who)
    }
}

extension Snippet {
    /// Reads an excerpt in HTML, with hits in `<mark>`.
    init(marked text: String) {
        func plain(_ text: Substring) -> String {
            String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
        }
        var pieces: [Piece] = []
        for (index, part) in text.split(separator: "<mark>", omittingEmptySubsequences: false).enumerated() {
            let halves = part.split(separator: "</mark>", maxSplits: 1, omittingEmptySubsequences: false)
            if index > 0, halves.count == 2 { pieces.append(Piece(plain(halves[0]), isHit: true)) }
            if let rest = halves.last, !rest.isEmpty { pieces.append(Piece(plain(rest), isHit: false)) }
        }
        self.init(pieces)
    }
}

extension AccessKey {
    init?(_ view: JSONView) {
        guard let id = view["id"].string, let prefix = view["prefix"].string, let user = view["user"].string,
            let created = view["created_at"].string.flatMap({ UnixTime(rfc3339: $0) })
        else { return nil }
        let scopes = view["scopes"], languages = view["languages"]
        self.init(
            id: ID(id), prefix: prefix, name: view["name"].string, user: ID(user), scopes: (0..<scopes.count).compactMap { scopes[$0].string },
            languages: (0..<languages.count).compactMap { languages[$0].string.map { LanguageTag($0) } }, created: created,
            expires: view["expires_at"].string.flatMap { UnixTime(rfc3339: $0) },
            revoked: view["revoked_at"].string.flatMap { UnixTime(rfc3339: $0) }, credit: view["credits"].int.map { .seconds($0) })
    }
}

extension UsageRow {
    init?(_ view: JSONView) {
        guard let engine = view["provider"].string, let workload = view["workload"].string.flatMap(Workload.init(rawValue:)),
            let audio = view["audio_seconds"].double, let billable = view["billable_seconds"].double, let runs = view["runs"].int
        else { return nil }
        var totals = UsageTotals()
        (totals.runs, totals.failed, totals.unpriced) = (Int64(runs), Int64(view["failed"].int ?? 0), Int64(view["unpriced_runs"].int ?? 0))
        (totals.audio, totals.billable) = (Int64((audio * 1e9).rounded()), Int64((billable * 1e9).rounded()))
        totals.cost = USDollars(hundredMillionths: Int64(((view["cost"].double ?? 0) * 1e8).rounded()))
        let key: String? = view["key"].exists ? view["key"].string ?? "" : nil
        let group = UsageGroup(day: view["day"].string, key: key, engine: EngineName(engine), model: view["model"].string ?? "", workload: workload)
        self.init(group: group, totals: totals)
    }
}
