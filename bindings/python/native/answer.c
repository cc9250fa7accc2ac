/* Answers as Python objects. Only a flag's usual answers are made here. The Evaluator, in Python, makes the others.
 * SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

/* Makes an Evaluation of its fields, and takes over their references. A NULL among them is an exception. */
static PyObject *make_evaluation(const struct state *state, PyObject *values[FIELDS]) {
    PyObject *evaluation = state->allocate(state->evaluation, 0);
    for (int field = 0; field < FIELDS; field++) {
        if (evaluation != NULL &&
            (values[field] == NULL || state->set_field(state->fields[field], evaluation, values[field]) < 0)) {
            Py_CLEAR(evaluation);
        }
        Py_XDECREF(values[field]);
    }
    return evaluation;
}

/* Returns a client's Variant of a typed flag; NULL, without an exception, if it has not been read yet. */
static PyObject *variant_of(const struct state *state, PyObject *evaluator, const flagbit_evaluation *answer) {
    PyObject *variant = NULL, *number = PyLong_FromUnsignedLongLong(answer->variant_id);
    PyObject *known = PyObject_GetAttr(evaluator, state->names[NAME_VARIANTS]);
    if (number != NULL && known != NULL) {
        variant = PyDict_GetItemWithError(known, number);
        Py_XINCREF(variant);
    }
    Py_XDECREF(known);
    Py_XDECREF(number);
    PyErr_Clear();
    return variant;
}

/* Returns a variant's value. Its scalar is None for JSON, of which each caller gets a new object. */
static PyObject *value_in(const struct state *state, PyObject *variant, PyObject *scalar) {
    return scalar == Py_None ? PyObject_GetAttr(variant, state->names[NAME_VALUE]) : Py_NewRef(scalar);
}

/* Makes the Evaluation of a usual answer; NULL, perhaps with an exception, of any other. */
static PyObject *usual_evaluation(const struct question *question, PyObject *evaluator, PyObject *latest,
                                  const flagbit_evaluation *answer) {
    const struct state *state = question->state;
    PyObject *generation = PyTuple_GetItem(latest, 0), *revision = PyTuple_GetItem(latest, 1);
    if (generation == NULL || revision == NULL || PyLong_AsUnsignedLongLong(generation) != answer->generation) {
        return NULL;
    }
    PyObject *enabled = answer->enabled ? Py_True : Py_False, *value, *name;
    if (answer->variant_id == 0) {
        value = Py_NewRef(enabled);
        name = Py_NewRef(state->names[answer->enabled ? NAME_ON : NAME_OFF]);
    } else {
        PyObject *variant = variant_of(state, evaluator, answer);
        if (variant == NULL) {
            return NULL;
        }
        PyObject *scalar = PyObject_GetAttr(variant, state->names[NAME_SCALAR]);
        value = scalar == NULL ? NULL : value_in(state, variant, scalar);
        name = PyObject_GetAttr(variant, state->names[NAME_NAME]);
        Py_XDECREF(scalar);
        Py_DECREF(variant);
    }
    PyObject *values[FIELDS] = {
        [FLAG_KEY] = Py_NewRef(question->arguments[0]),
        [ENABLED] = Py_NewRef(enabled),
        [VALUE_OF_FLAG] = value,
        [VARIANT] = name,
        [REASON] = Py_NewRef(PyTuple_GetItem(state->reasons, answer->reason)),
        [RULE_INDEX] = answer->rule_index < 0 ? Py_NewRef(Py_None) : PyLong_FromLong(answer->rule_index),
        [IS_STATIC] = PyBool_FromLong((long)answer->is_static),
        [ERROR_CODE] = Py_NewRef(Py_None),
        [ERROR_MESSAGE] = Py_NewRef(Py_None),
        [REVISION] = Py_NewRef(revision),
        [GENERATION] = Py_NewRef(generation),
    };
    return make_evaluation(state, values);
}

PyObject *evaluation_of(PyObject *client, const struct question *question, const flagbit_evaluation *answer) {
    const struct state *state = question->state;
    PyObject *evaluator = PyObject_GetAttr(client, state->names[NAME_EVALUATOR]);
    if (evaluator == NULL) {
        return NULL;
    }
    PyObject *evaluation = NULL;
    if (answer->error_code == FLAGBIT_ERROR_CODE_NONE && answer->reason >= 0 &&
        answer->reason < PyTuple_Size(state->reasons)) {
        PyObject *latest = PyObject_GetAttr(evaluator, state->names[NAME_REVISION]);
        if (latest != NULL) {
            evaluation = usual_evaluation(question, evaluator, latest, answer);
            Py_DECREF(latest);
        }
    }
    if (evaluation == NULL && !PyErr_Occurred()) {
        PyObject *bytes = PyBytes_FromStringAndSize((const char *)answer, sizeof *answer);
        PyObject *context = question->arguments[1], *default_value = question->arguments[2];
        evaluation = bytes == NULL ? NULL
                                   : PyObject_CallMethodObjArgs(evaluator, state->names[NAME_COMPLETE],
                                                                question->arguments[0], context ? context : Py_None,
                                                                default_value ? default_value : Py_False, bytes, NULL);
        Py_XDECREF(bytes);
    }
    Py_DECREF(evaluator);
    return evaluation;
}

/* Returns whether a variant may have the type of a default. Only JSON has to be read to know. */
static bool may_fit(PyObject *scalar, PyObject *default_value) {
    const bool is_json = PyDict_CheckExact(default_value) || PyList_CheckExact(default_value);
    return is_json == (scalar == Py_None);
}

/* Returns a value if it has the type of the default, or the default. Takes over the reference to the value. */
static PyObject *fitting(PyObject *value, PyObject *default_value) {
    PyObject *fits = NULL;
    if (value != NULL && PyFloat_CheckExact(default_value) && PyLong_CheckExact(value)) {
        fits = PyNumber_Float(value);
    } else if (value != NULL) {
        fits = Py_NewRef(Py_TYPE(value) == Py_TYPE(default_value) ? value : default_value);
    }
    Py_XDECREF(value);
    return fits;
}

PyObject *value_of(PyObject *client, const struct question *question, const flagbit_evaluation *answer) {
    const struct state *state = question->state;
    PyObject *default_value = question->arguments[2];
    if (answer->error_code != FLAGBIT_ERROR_CODE_NONE || answer->variant_id == 0) {
        /* There is no value, or it is a bool, which this default does not ask for. */
        return Py_NewRef(default_value);
    }
    PyObject *evaluator = PyObject_GetAttr(client, state->names[NAME_EVALUATOR]);
    PyObject *variant = evaluator == NULL ? NULL : variant_of(state, evaluator, answer);
    PyObject *scalar = variant == NULL ? NULL : PyObject_GetAttr(variant, state->names[NAME_SCALAR]);
    PyObject *value = NULL;
    if (scalar != NULL && !may_fit(scalar, default_value)) {
        value = Py_NewRef(default_value);
    } else if (scalar != NULL) {
        value = fitting(value_in(state, variant, scalar), default_value);
    }
    Py_XDECREF(scalar);
    Py_XDECREF(variant);
    Py_XDECREF(evaluator);
    return value;
}
