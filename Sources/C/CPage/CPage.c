// The files of Sources/Console/Page, compiled in: one entry for each. A Swift literal of as many bytes would compile for a minute.
#include "CPage.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char api_js[] = {
#embed "../../Console/Page/api.js"
};
static const unsigned char app_js[] = {
#embed "../../Console/Page/app.js"
};
static const unsigned char captionlines_js[] = {
#embed "../../Console/Page/captionlines.js"
};
static const unsigned char captions_html[] = {
#embed "../../Console/Page/captions.html"
};
static const unsigned char captions_js[] = {
#embed "../../Console/Page/captions.js"
};
static const unsigned char clients_js[] = {
#embed "../../Console/Page/clients.js"
};
static const unsigned char conversations_js[] = {
#embed "../../Console/Page/conversations.js"
};
static const unsigned char corrections_js[] = {
#embed "../../Console/Page/corrections.js"
};
static const unsigned char deleted_js[] = {
#embed "../../Console/Page/deleted.js"
};
static const unsigned char deliveries_js[] = {
#embed "../../Console/Page/deliveries.js"
};
static const unsigned char differences_js[] = {
#embed "../../Console/Page/differences.js"
};
static const unsigned char docs_html[] = {
#embed "../../Console/Page/docs.html"
};
static const unsigned char drawing_js[] = {
#embed "../../Console/Page/drawing.js"
};
static const unsigned char elements_js[] = {
#embed "../../Console/Page/elements.js"
};
static const unsigned char engines_js[] = {
#embed "../../Console/Page/engines.js"
};
static const unsigned char enrolment_js[] = {
#embed "../../Console/Page/enrolment.js"
};
static const unsigned char favicon_svg[] = {
#embed "../../Console/Page/favicon.svg"
};
static const unsigned char figures_js[] = {
#embed "../../Console/Page/figures.js"
};
static const unsigned char find_js[] = {
#embed "../../Console/Page/find.js"
};
static const unsigned char gaps_js[] = {
#embed "../../Console/Page/gaps.js"
};
static const unsigned char gateway_js[] = {
#embed "../../Console/Page/gateway.js"
};
static const unsigned char icons_js[] = {
#embed "../../Console/Page/icons.js"
};
static const unsigned char index_html[] = {
#embed "../../Console/Page/index.html"
};
static const unsigned char jobs_js[] = {
#embed "../../Console/Page/jobs.js"
};
static const unsigned char list_js[] = {
#embed "../../Console/Page/list.js"
};
static const unsigned char listen_js[] = {
#embed "../../Console/Page/listen.js"
};
static const unsigned char listening_js[] = {
#embed "../../Console/Page/listening.js"
};
static const unsigned char live_js[] = {
#embed "../../Console/Page/live.js"
};
static const unsigned char login_js[] = {
#embed "../../Console/Page/login.js"
};
static const unsigned char microphone_js[] = {
#embed "../../Console/Page/microphone.js"
};
static const unsigned char microscope_js[] = {
#embed "../../Console/Page/microscope.js"
};
static const unsigned char moving_js[] = {
#embed "../../Console/Page/moving.js"
};
static const unsigned char naming_js[] = {
#embed "../../Console/Page/naming.js"
};
static const unsigned char pairing_js[] = {
#embed "../../Console/Page/pairing.js"
};
static const unsigned char people_js[] = {
#embed "../../Console/Page/people.js"
};
static const unsigned char phone_js[] = {
#embed "../../Console/Page/phone.js"
};
static const unsigned char pieces_js[] = {
#embed "../../Console/Page/pieces.js"
};
static const unsigned char player_js[] = {
#embed "../../Console/Page/player.js"
};
static const unsigned char playground_js[] = {
#embed "../../Console/Page/playground.js"
};
static const unsigned char qr_js[] = {
#embed "../../Console/Page/qr.js"
};
static const unsigned char reader_js[] = {
#embed "../../Console/Page/reader.js"
};
static const unsigned char recording_js[] = {
#embed "../../Console/Page/recording.js"
};
static const unsigned char reference_js[] = {
#embed "../../Console/Page/reference.js"
};
static const unsigned char replay_js[] = {
#embed "../../Console/Page/replay.js"
};
static const unsigned char resuming_js[] = {
#embed "../../Console/Page/resuming.js"
};
static const unsigned char schema_js[] = {
#embed "../../Console/Page/schema.js"
};
static const unsigned char segmentpages_js[] = {
#embed "../../Console/Page/segmentpages.js"
};
static const unsigned char settings_js[] = {
#embed "../../Console/Page/settings.js"
};
static const unsigned char snippets_js[] = {
#embed "../../Console/Page/snippets.js"
};
static const unsigned char start_js[] = {
#embed "../../Console/Page/start.js"
};
static const unsigned char style_css[] = {
#embed "../../Console/Page/style.css"
};
static const unsigned char trace_js[] = {
#embed "../../Console/Page/trace.js"
};
static const unsigned char transcript_js[] = {
#embed "../../Console/Page/transcript.js"
};
static const unsigned char usage_js[] = {
#embed "../../Console/Page/usage.js"
};
static const unsigned char voices_js[] = {
#embed "../../Console/Page/voices.js"
};
static const unsigned char zone_js[] = {
#embed "../../Console/Page/zone.js"
};
static const unsigned char watching_js[] = {
#embed "../../Console/Page/watching.js"
};
static const unsigned char wave_js[] = {
#embed "../../Console/Page/wave.js"
};
static const unsigned char whole_js[] = {
#embed "../../Console/Page/whole.js"
};
static const unsigned char worklet_js[] = {
#embed "../../Console/Page/worklet.js"
};
static const unsigned char writing_js[] = {
#embed "../../Console/Page/writing.js"
};

#define FILE(name, bytes) {name, bytes, sizeof bytes}

static const harken_page_file files[] = {
    FILE("api.js", api_js),
    FILE("app.js", app_js),
    FILE("captionlines.js", captionlines_js),
    FILE("captions.html", captions_html),
    FILE("captions.js", captions_js),
    FILE("clients.js", clients_js),
    FILE("conversations.js", conversations_js),
    FILE("corrections.js", corrections_js),
    FILE("deleted.js", deleted_js),
    FILE("deliveries.js", deliveries_js),
    FILE("differences.js", differences_js),
    FILE("docs.html", docs_html),
    FILE("drawing.js", drawing_js),
    FILE("elements.js", elements_js),
    FILE("engines.js", engines_js),
    FILE("enrolment.js", enrolment_js),
    FILE("favicon.svg", favicon_svg),
    FILE("figures.js", figures_js),
    FILE("find.js", find_js),
    FILE("gaps.js", gaps_js),
    FILE("gateway.js", gateway_js),
    FILE("icons.js", icons_js),
    FILE("index.html", index_html),
    FILE("jobs.js", jobs_js),
    FILE("list.js", list_js),
    FILE("listen.js", listen_js),
    FILE("listening.js", listening_js),
    FILE("live.js", live_js),
    FILE("login.js", login_js),
    FILE("microphone.js", microphone_js),
    FILE("microscope.js", microscope_js),
    FILE("moving.js", moving_js),
    FILE("naming.js", naming_js),
    FILE("pairing.js", pairing_js),
    FILE("people.js", people_js),
    FILE("phone.js", phone_js),
    FILE("pieces.js", pieces_js),
    FILE("player.js", player_js),
    FILE("playground.js", playground_js),
    FILE("qr.js", qr_js),
    FILE("reader.js", reader_js),
    FILE("recording.js", recording_js),
    FILE("reference.js", reference_js),
    FILE("replay.js", replay_js),
    FILE("resuming.js", resuming_js),
    FILE("schema.js", schema_js),
    FILE("segmentpages.js", segmentpages_js),
    FILE("settings.js", settings_js),
    FILE("snippets.js", snippets_js),
    FILE("start.js", start_js),
    FILE("style.css", style_css),
    FILE("trace.js", trace_js),
    FILE("transcript.js", transcript_js),
    FILE("usage.js", usage_js),
    FILE("voices.js", voices_js),
    FILE("zone.js", zone_js),
    FILE("watching.js", watching_js),
    FILE("wave.js", wave_js),
    FILE("whole.js", whole_js),
    FILE("worklet.js", worklet_js),
    FILE("writing.js", writing_js),
};

const harken_page_file *harken_page_file_at(size_t index) { return index < sizeof files / sizeof files[0] ? &files[index] : NULL; }
