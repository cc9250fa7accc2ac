/* Questions: a flag's key, a context and a default. SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

/* Puts the arguments into their places, from the first one that the call has. Returns false if Python would not accept
 * them. */
static bool place_arguments(const struct state *state, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords,
                            Py_ssize_t first, PyObject *placed[3]) {
    if (count > 3 - first) {
        return false;
    }
    for (Py_ssize_t index = first; index < 3; index++) {
        placed[index] = index - first < count ? arguments[index - first] : NULL;
    }
    const Py_ssize_t named = keywords == NULL ? 0 : PyTuple_Size(keywords);
    for (Py_ssize_t index = 0; index < named; index++) {
        PyObject *name = PyTuple_GetItem(keywords, index);
        Py_ssize_t place = first;
        /* The names in a call are interned, as these are. */
        while (place < 3 && name != state->names[NAME_FLAG_KEY + place]) {
            place++;
        }
        if (place == 3 || placed[place] != NULL) {
            return false;
        }
        placed[place] = arguments[count + index];
    }
    return true;
}

static bool read_context(PyObject *context, struct question *question) {
    question->context = NULL;
    question->count = 0;
    if (context == NULL || Py_IsNone(context)) {
        return true;
    }
    if (PyDict_CheckExact(context)) {
        return read_attributes(context, question);
    }
    PyTypeObject *type = question->state->context;
    if (Py_IS_TYPE(context, type) || PyType_IsSubtype(Py_TYPE(context), type)) {
        question->context = ((struct holder *)context)->pointer;
        return question->context != NULL;
    }
    return false;
}

bool read_question(const struct holder *client, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords,
                   struct question *question) {
    question->state = client->state;
    if (!place_arguments(client->state, arguments, count, keywords, 0, question->arguments)) {
        return false;
    }
    PyObject *flag_key = question->arguments[0];
    if (flag_key == NULL || !PyUnicode_CheckExact(flag_key)) {
        return false;
    }
    Py_ssize_t length;
    question->key = PyUnicode_AsUTF8AndSize(flag_key, &length);
    if (question->key == NULL) {
        PyErr_Clear(); /* It has a lone surrogate. */
        return false;
    }
    question->key_length = (size_t)length;
    question->flag = NULL;
    question->client = client->pointer;
    return read_context(question->arguments[1], question);
}

bool read_flag_question(const struct holder *flag, PyObject *key, PyObject *const *arguments, Py_ssize_t count,
                        PyObject *keywords, struct question *question) {
    question->state = flag->state;
    question->flag = flag->pointer;
    question->arguments[0] = key;
    return question->flag != NULL && place_arguments(flag->state, arguments, count, keywords, 1, question->arguments) &&
           read_context(question->arguments[1], question);
}

bool read_bool(PyObject *value, bool *is_true) {
    *is_true = value == Py_True;
    return value == NULL || value == Py_True || value == Py_False;
}

bool ask_whether(const struct question *question, bool default_value) {
    const struct functions *library = &question->state->library;
    const struct flag_functions *flags = &question->state->flags;
    const flagbit_attribute *attributes = question->attributes;
    const size_t count = question->count;
    if (question->flag != NULL) {
        return count > 0 ? flags->is_enabled_of(question->flag, attributes, count, sizeof *attributes, default_value)
                         : flags->is_enabled(question->flag, question->context, default_value);
    }
    return count > 0 ? library->is_enabled_of(question->client, question->key, question->key_length, attributes, count,
                                              sizeof *attributes, default_value)
                     : library->is_enabled(question->client, question->key, question->key_length, question->context,
                                           default_value);
}

static flagbit_status evaluate_flag(const struct question *question, flagbit_evaluation *answer) {
    const struct flag_functions *flags = &question->state->flags;
    return question->count > 0 ? flags->evaluate_of(question->flag, question->attributes, question->count,
                                                    sizeof *question->attributes, answer)
                               : flags->evaluate(question->flag, question->context, answer);
}

static flagbit_status evaluate_key(const struct question *question, flagbit_evaluation *answer) {
    const struct functions *library = &question->state->library;
    return question->count > 0
               ? library->evaluate_of(question->client, question->key, question->key_length, question->attributes,
                                      question->count, sizeof *question->attributes, answer)
               : library->evaluate(question->client, question->key, question->key_length, question->context, answer);
}

bool ask(const struct question *question, flagbit_evaluation *answer) {
    answer->struct_size = sizeof *answer;
    return (question->flag != NULL ? evaluate_flag : evaluate_key)(question, answer) == FLAGBIT_STATUS_OK;
}
