"""Copies a few cases of ONNX's backend tests, one or two for each family of operators. Needs onnx 1.22.

Run in this folder: python3 make.py
"""

import pathlib
import shutil

import onnx

CASES = """
abs add_bcast and_bcast3v1d argmax_keepdims_example averagepool_2d_ceil basic_conv_with_padding batchnorm_example
bitshift_left_uint16 cast_FLOAT16_to_FLOAT cast_BFLOAT16_to_FLOAT center_crop_pad_crop_and_pad clip_splitbounds
compress_1 concat_2d_axis_1 convtranspose_pads cumsum_2d_axis_1 depthtospace_example div_int32_trunc eyelike_with_dtype
expand_dim_changed gather_elements_1 gathernd_example_int32 gelu_tanh_1 gemm_transposeB globalmaxpool_precomputed
gru_with_initial_bias hardmax_axis_1 identity if isinf_negative loop11 lppool_2d_dilations lstm_with_peepholes
matmul_3d maxpool_with_argmax_2d_precomputed_pads mod_mixed_sign_float64 nonzero_example not_2d onehot_with_axis
pow_types_float32_int64 prelu_broadcast range_float_type_positive_delta_expanded reduce_log_sum_exp_do_not_keepdims_example
reflect_pad reshape_negative_extended_dims reversesequence_time scan9_sum scatter_elements_with_duplicate_indices
scatternd_max shape_clip_start simple_rnn_batchwise slice_neg_steps softmax_axis_1 split_variable_parts_2d_opset18
sub_uint8 tile_precomputed top_k_smallest transpose_all_permutations_3 tril_neg unsqueeze_unsorted_axes where_example
""".split()

data = pathlib.Path(onnx.__file__).parent / "backend/test/data/node"
here = pathlib.Path(__file__).parent
for old in here.iterdir():
    if old.is_dir():
        shutil.rmtree(old)
size = 0
for case in CASES:
    source = data / f"test_{case}"
    files = [source / "model.onnx"] + sorted(source.glob("test_data_set_*/*.pb"))
    for file in files:
        target = here / case / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
        size += file.stat().st_size
print(len(CASES), "cases,", size, "bytes")
