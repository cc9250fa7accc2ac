/* Questions: a flag's key, a context and a default. SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

/* Puts the arguments into their places. Returns false if they are not those of a call that Python would accept. */
static bool place_arguments(const struct state *state, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords,
                            PyObject *placed[3]) {
    if (count > 3) {
        return false;
    }
    for (Py_ssize_t index = 0; index < 3; index++) {
        placed[index] = index < count ? arguments[index] : NULL;
    }
    const Py_ssize_t named = keywords == NULL ? 0 : PyTuple_Size(keywords);
    for (Py_ssize_t index = 0; index < named; index++) {
        PyObject *name = PyTuple_GetItem(keywords, index);
        int place = 0;
        /* The names in a call are interned, as these are. */
        while (place < 3 && name != state->names[NAME_FLAG_KEY + place]) {
            place++;
        }
        if (place == 3 || placed[place] != NULL) {
            return false;
        }
        placed[place] = arguments[count + index];
    }
    return placed[0] != NULL;
}

bool read_question(const struct holder *client, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords,
                   struct question *question) {
    const struct state *state = client->state;
    if (!place_arguments(state, arguments, count, keywords, question->arguments)) {
        return false;
    }
    PyObject *flag_key = question->arguments[0], *context = question->arguments[1];
    if (!PyUnicode_CheckExact(flag_key)) {
        return false;
    }
    Py_ssize_t length;
    question->key = PyUnicode_AsUTF8AndSize(flag_key, &length);
    if (question->key == NULL) {
        PyErr_Clear(); /* It has a lone surrogate. */
        return false;
    }
    question->key_length = (size_t)length;
    question->state = state;
    question->client = client->pointer;
    question->context = NULL;
    question->count = 0;
    if (context == NULL || Py_IsNone(context)) {
        return true;
    }
    if (PyDict_CheckExact(context)) {
        return read_attributes(context, question);
    }
    if (Py_IS_TYPE(context, state->context) || PyType_IsSubtype(Py_TYPE(context), state->context)) {
        question->context = ((struct holder *)context)->pointer;
        return question->context != NULL;
    }
    return false;
}

bool read_bool(PyObject *value, bool *is_true) {
    *is_true = value == Py_True;
    return value == NULL || value == Py_True || value == Py_False;
}

bool ask_whether(const struct question *question, bool default_value) {
    const struct functions *library = &question->state->library;
    if (question->count > 0) {
        return library->is_enabled_of(question->client, question->key, question->key_length, question->attributes,
                                      question->count, sizeof *question->attributes, default_value);
    }
    return library->is_enabled(question->client, question->key, question->key_length, question->context, default_value);
}

bool ask(const struct question *question, flagbit_evaluation *answer) {
    const struct functions *library = &question->state->library;
    answer->struct_size = sizeof *answer;
    if (question->count > 0) {
        return library->evaluate_of(question->client, question->key, question->key_length, question->attributes,
                                    question->count, sizeof *question->attributes, answer) == FLAGBIT_STATUS_OK;
    }
    return library->evaluate(question->client, question->key, question->key_length, question->context, answer) ==
           FLAGBIT_STATUS_OK;
}
