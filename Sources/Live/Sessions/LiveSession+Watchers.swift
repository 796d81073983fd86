internal import Conversations
internal import Protocols
internal import Sessions
internal import Speech

/// The watchers of the session: what they are told never waits for them, and costs nothing while there are none.
extension LiveSession {
    var snapshot: OpenSession {
        OpenSession(
            id: id, state: client == nil ? .waiting : .open, started: started,
            duration: ((run?.received ?? .zero) - .zero).duration(at: rate), engine: run?.servingEngine ?? firstEngine,
            language: named.language, source: dialectName, rate: rate, hasConversation: conversation != nil)
    }

    func tellWatchers(_ event: @autoclosure () -> WatchedEvent) {
        guard !watchers.isEmpty else { return }
        let event = event()
        for tell in watchers.values { tell(event) }
    }

    func tellWatchers(of event: SessionEvent) {
        guard !watchers.isEmpty else { return }
        switch event {
        case .interim(let hypothesis): tellWatchers(.interim(hypothesis))
        case .commit(let commit): if !commit.words.isEmpty { tellWatchers(.commit(commit)) }
        case .gap(let channel, let range, let error): tellWatchers(.gap(channel, range, error.label))
        case .ended(let end): tellWatchers(.ended(end))
        case .ready, .speechStarted, .turnEnded, .flushed: break
        }
    }

    func tellWatchers(of event: ConversationEvent) {
        switch event {
        case .began(let id, _): tellWatchers(.conversation(id))
        case .changed(let segments): tellWatchers(.segments(segments))
        case .removed(let ids): tellWatchers(.removed(ids))
        case .labeled(let speaker, let label): tellWatchers(.labeled(speaker, label))
        case .last, .suggested, .unknownPerson, .processing, .completed: break
        }
    }
}
