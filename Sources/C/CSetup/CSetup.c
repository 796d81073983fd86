// The part of scripts/setup.d that fetches the models, compiled in: `harken models fetch` writes these files out and runs them.
#include "CSetup.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char aligner_py[] = {
#embed "../../../scripts/setup.d/aligner.py"
};
static const unsigned char campplus_model_py[] = {
#embed "../../../scripts/setup.d/campplus_model.py"
};
static const unsigned char checkpoint_py[] = {
#embed "../../../scripts/setup.d/checkpoint.py"
};
static const unsigned char ctranslate2_model_py[] = {
#embed "../../../scripts/setup.d/ctranslate2_model.py"
};
static const unsigned char ecapa_model_py[] = {
#embed "../../../scripts/setup.d/ecapa_model.py"
};
static const unsigned char languages_json[] = {
#embed "../../../scripts/setup.d/languages.json"
};
static const unsigned char languages_py[] = {
#embed "../../../scripts/setup.d/languages.py"
};
static const unsigned char models_py[] = {
#embed "../../../scripts/setup.d/models.py"
};
static const unsigned char onnx_conversion_py[] = {
#embed "../../../scripts/setup.d/onnx_conversion.py"
};
static const unsigned char onnx_graph_py[] = {
#embed "../../../scripts/setup.d/onnx_graph.py"
};
static const unsigned char onnx_integers_py[] = {
#embed "../../../scripts/setup.d/onnx_integers.py"
};
static const unsigned char onnx_names_py[] = {
#embed "../../../scripts/setup.d/onnx_names.py"
};
static const unsigned char onnx_wire_py[] = {
#embed "../../../scripts/setup.d/onnx_wire.py"
};
static const unsigned char packages_py[] = {
#embed "../../../scripts/setup.d/packages.py"
};
static const unsigned char parts_json[] = {
#embed "../../../scripts/setup.d/parts.json"
};
static const unsigned char say_py[] = {
#embed "../../../scripts/setup.d/say.py"
};
static const unsigned char segmentation_model_py[] = {
#embed "../../../scripts/setup.d/segmentation_model.py"
};
static const unsigned char voice_models_py[] = {
#embed "../../../scripts/setup.d/voice_models.py"
};
static const unsigned char whisper_py[] = {
#embed "../../../scripts/setup.d/whisper.py"
};
static const unsigned char whisper_model_py[] = {
#embed "../../../scripts/setup.d/whisper_model.py"
};

#define FILE(name, bytes) {name, bytes, sizeof bytes}

static const harken_setup_file files[] = {
    FILE("aligner.py", aligner_py),
    FILE("campplus_model.py", campplus_model_py),
    FILE("checkpoint.py", checkpoint_py),
    FILE("ctranslate2_model.py", ctranslate2_model_py),
    FILE("ecapa_model.py", ecapa_model_py),
    FILE("languages.json", languages_json),
    FILE("languages.py", languages_py),
    FILE("models.py", models_py),
    FILE("onnx_conversion.py", onnx_conversion_py),
    FILE("onnx_graph.py", onnx_graph_py),
    FILE("onnx_integers.py", onnx_integers_py),
    FILE("onnx_names.py", onnx_names_py),
    FILE("onnx_wire.py", onnx_wire_py),
    FILE("packages.py", packages_py),
    FILE("parts.json", parts_json),
    FILE("say.py", say_py),
    FILE("segmentation_model.py", segmentation_model_py),
    FILE("voice_models.py", voice_models_py),
    FILE("whisper.py", whisper_py),
    FILE("whisper_model.py", whisper_model_py),
};

const harken_setup_file *harken_setup_file_at(size_t index) { return index < sizeof files / sizeof files[0] ? &files[index] : NULL; }
